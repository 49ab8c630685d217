import type { Ports } from "../../core/ports.ts";
import type { LiveRun } from "../../core/run.ts";
import { secondsBetween, secondsLeft, timedOut } from "./deadline.ts";
import { IN_THE_QUEUE } from "./note.ts";
import { over, type RunResult } from "./run-result.ts";
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

  // An earlier attempt may have used up the time: another one would only be stopped.
  const left = secondsLeft(run);
  if (left !== undefined && left <= 0)
    return over(attempt, { state: "Failed", exception: timedOut(run) });
  const { queueTimeoutSeconds } = run.plan;
  const waited = secondsBetween(run.queuedAt ?? run.createdAt, run.asOf);
  if (queueTimeoutSeconds !== undefined && waited >= queueTimeoutSeconds)
    return over(attempt, {
      state: "Failed",
      exception: {
        kind: "Timeout",
        message: `It waited longer than its queueTimeout of ${queueTimeoutSeconds} s: ${run.reason ?? IN_THE_QUEUE}.`,
      },
    });
  if (attempt.reservation !== undefined) return starting(ports, { run, attempt }, signal);
  const seconds = Math.min(left ?? Infinity, (queueTimeoutSeconds ?? Infinity) - waited);
  return seconds === Infinity ? { kind: "wait" } : { kind: "wait", seconds };
}
