import { ConflictError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import { experimentCan } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { removeFilesAtOnce } from "../retention/remove-files.ts";

/**
 * Hides a finished experiment for good and removes its logs and metrics, and its source archive if no other has it. Its outputs stay
 * in the bucket, its commit stays taken.
 */
export async function deleteExperiment(
  ports: Pick<Ports, "archives" | "database" | "events" | "logs" | "repository">,
  experiment: Experiment,
): Promise<void> {
  const answer = experimentCan.delete(experiment);
  if (!answer.allowed) throw new ConflictError(answer.reason);
  const { id, projectId } = experiment;
  await ports.database.transaction(async ({ experiments, runMetrics }) => {
    await experiments.delete(id);
    await runMetrics.remove(id);
  });
  await removeFilesAtOnce(ports);
  await ports.events.publish({ kind: "experiment", experimentId: id, projectId });
}
