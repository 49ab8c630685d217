import type { StepException } from "../../core/experiment.ts";
import type { Run } from "../../core/run.ts";

/** Seconds until the timeout, which runs from the first container's start over all attempts; undefined before that. */
export function secondsLeft({ startedAt, plan, asOf }: Run): number | undefined {
  if (startedAt === undefined) return undefined;
  return plan.timeoutSeconds - secondsBetween(startedAt, asOf);
}

export const secondsBetween = (from: Date, to: Date): number =>
  (to.getTime() - from.getTime()) / 1000;

export function timedOut({ plan }: Run, exitCode?: number): StepException {
  return {
    kind: "Timeout",
    message: `It ran longer than its timeout of ${plan.timeoutSeconds} s and was stopped.`,
    exitCode,
  };
}
