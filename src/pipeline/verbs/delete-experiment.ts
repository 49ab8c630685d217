import { ConflictError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import { experimentCan } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";

/** Hides a finished experiment for good and removes its logs. Its outputs stay in the bucket, its commit stays taken. */
export async function deleteExperiment(
  { database, events, logs }: Pick<Ports, "database" | "events" | "logs">,
  experiment: Experiment,
): Promise<void> {
  const answer = experimentCan.delete(experiment);
  if (!answer.allowed) throw new ConflictError(answer.reason);
  const { id, projectId } = experiment;
  await database.experiments.delete(id);
  await logs.remove(id);
  await events.publish({ kind: "experiment", experimentId: id, projectId });
}
