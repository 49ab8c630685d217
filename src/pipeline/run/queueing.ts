import type { Ports } from "../../core/ports.ts";
import { type LiveRun, over, type RunResult } from "./run-result.ts";
import { starting } from "./starting.ts";

/** Waits for the scheduler's reservation; with one, it is started. */
export async function queueing(
  ports: Ports,
  live: LiveRun,
  signal: AbortSignal,
): Promise<RunResult> {
  const { run, attempt } = live;
  if (attempt === undefined) throw new Error(`run ${run.id} is queueing without an attempt`);
  if (attempt.engineId !== undefined) return starting(ports, { run, attempt }, signal);
  if (run.cancelRequested) return over(attempt, { state: "Cancelled" });

  const { queueTimeoutSeconds } = run.plan;
  const waited = (Date.now() - (run.queuedAt ?? run.createdAt).getTime()) / 1000;
  if (queueTimeoutSeconds !== undefined && waited >= queueTimeoutSeconds)
    return over(attempt, {
      state: "Failed",
      exception: {
        kind: "Timeout",
        message: `It waited longer than its queueTimeout of ${queueTimeoutSeconds} s: ${run.reason ?? "in the queue"}.`,
      },
    });
  if (attempt.reservation !== undefined) return starting(ports, { run, attempt }, signal);
  if (queueTimeoutSeconds === undefined) return { kind: "wait" };
  return { kind: "wait", seconds: queueTimeoutSeconds - waited };
}
