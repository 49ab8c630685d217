import { ConflictError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import { experimentCan, isFinished } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { findAgain } from "./find-again.ts";

/** Takes a finished experiment out of the lists; it stays as it is. Safe to repeat. */
export async function archive(
  { database, events }: Pick<Ports, "database" | "events">,
  experiment: Experiment,
): Promise<Experiment> {
  const answer = experimentCan.archive(experiment);
  if (!answer.allowed && !isFinished(experiment)) throw new ConflictError(answer.reason);
  const { id, projectId } = experiment;
  await database.experiments.setArchived(id, true);
  await events.publish({ kind: "experiment", experimentId: id, projectId });
  return findAgain(database, id);
}
