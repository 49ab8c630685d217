import type { Database } from "../../core/database.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";

/** The experiment after a verb. */
export async function findAgain({ experiments }: Database, id: string): Promise<Experiment> {
  const experiment = await experiments.find(id);
  if (experiment === undefined) throw new NotFoundError("The experiment was deleted meanwhile.");
  return experiment;
}
