import { ConflictError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import { experimentCan } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { findAgain } from "./find-again.ts";

/** Lets an experiment go on that waits for approval. */
export async function approve(
  { database }: Pick<Ports, "database">,
  experiment: Experiment,
  _options: { readonly by: string },
): Promise<Experiment> {
  const answer = experimentCan.approve(experiment);
  if (!answer.allowed) throw new ConflictError(answer.reason);
  const { id, projectId } = experiment;
  await database.transaction(async ({ experiments, queue, events }) => {
    await experiments.approve(id);
    await queue.wake("experiment", [id]);
    await events.publish({ kind: "work" }, { kind: "experiment", experimentId: id, projectId });
  });
  return findAgain(database, id);
}
