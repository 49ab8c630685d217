import type { Ports } from "../../core/ports.ts";
import type { LiveRun } from "../../core/run.ts";
import { finalizing } from "./finalizing.ts";
import { enqueueRun } from "./preparing.ts";
import { queueing } from "./queueing.ts";
import { over, type RunResult } from "./run-result.ts";
import { running } from "./running.ts";

/** Does the run's current stage: one file each. */
export async function doStage(
  ports: Ports,
  live: LiveRun,
  signal: AbortSignal,
): Promise<RunResult> {
  const { run, attempt } = live;
  switch (run.state) {
    case "Submitted":
      return { kind: "moved", move: { state: "Preparing" } };
    case "Preparing":
      if (run.cancelRequested) return over(attempt, { state: "Cancelled" });
      return { kind: "again", write: (stores) => enqueueRun(stores, run) };
    case "Queueing":
      return queueing(ports, live, signal);
    case "Running":
      return running(ports, live);
    case "Finalizing":
      return finalizing(ports, live);
    case "Done":
    case "Failed":
    case "Cancelled":
      throw new Error(`run ${run.id} is over and has a job`);
  }
}
