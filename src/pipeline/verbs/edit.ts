import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { findAgain } from "./find-again.ts";

/** What people call it; what ran never changes. */
export async function editExperiment(
  { database, events }: Pick<Ports, "database" | "events">,
  { id, projectId }: Experiment,
  change: {
    readonly name?: string;
    readonly description?: string | undefined;
    readonly tags?: readonly string[];
  },
): Promise<Experiment> {
  await database.experiments.update(id, change);
  await events.publish({ kind: "experiment", experimentId: id, projectId });
  return findAgain(database, id);
}
