import type { Run } from "../../core/run.ts";

/** The reason of a run until the scheduler has looked at it. */
export const IN_THE_QUEUE = "in the queue";

/** The reason of a run that has its place and is about to begin. */
export const STARTING = "starting";

/** How the reason of a run begins that is being ended. */
export const STOPPING = "stopping";

/** What a run's reason is in the note of its experiment. */
export function noteOf({
  state,
  reason,
  attempt,
}: Pick<Run, "state" | "reason" | "attempt">): string {
  if (state === "Queueing")
    return reason === STARTING ? STARTING : `queueing: ${reason ?? IN_THE_QUEUE}`;
  if (reason !== undefined) return reason;
  return attempt > 1 ? `running, attempt ${attempt}` : "running";
}
