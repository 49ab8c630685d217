import type { StepException } from "../../core/experiment.ts";
import type { Attempt, Run, RunMove } from "../../core/run.ts";
import { over, type RunResult } from "./run-result.ts";

/** A fault of the platform or of a node is forgiven this often. */
export const FORGIVEN_FAULTS = 3;

/** The attempt is gone without an ending, and the engine has confirmed that: try again, uncounted, a few times. */
export function lostAttempt(run: Run, attempt: Attempt, why: string): RunResult {
  if (run.cancelRequested) return over(attempt, { state: "Cancelled" });
  const platformFaults = run.platformFaults + 1;
  if (platformFaults > FORGIVEN_FAULTS)
    return over(attempt, {
      state: "Failed",
      exception: {
        kind: "Lost",
        message: `Its containers were lost ${platformFaults} times: ${why} This is the platform's fault, not the program's.`,
      },
    });
  return retry(attempt, { state: "Preparing", reason: `starting again: ${why}`, platformFaults });
}

/** The user's program failed: again while the backoff limit allows, else the run has failed. */
export function failedAttempt(run: Run, attempt: Attempt, exception: StepException): RunResult {
  const failures = run.failures + 1;
  const ended = { exitCode: exception.exitCode, failures };
  if (failures > run.plan.backoffLimit)
    return over(attempt, { ...ended, state: "Failed", exception });
  const left = `${failures} of ${run.plan.backoffLimit} retries`;
  return retry(attempt, {
    ...ended,
    state: "Preparing",
    reason: `${left}: ${exception.message}`,
  });
}

const retry = (attempt: Attempt, move: RunMove): RunResult => ({
  kind: "moved",
  move,
  write: ({ runs }) => runs.closeAttempt(attempt.id),
});
