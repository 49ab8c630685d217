import type { Stores } from "../../core/database.ts";
import type { Run } from "../../core/run.ts";
import { IN_THE_QUEUE } from "./note.ts";

/** A new attempt, in the engine's queue. Part of the transaction that calls it. */
export async function enqueueRun(
  { runs, events }: Pick<Stores, "runs" | "events">,
  run: Run,
): Promise<void> {
  const attempt = await runs.createAttempt(run);
  await runs.advance(
    { ...run, attempt: attempt.number },
    { state: "Queueing", reason: IN_THE_QUEUE },
  );
  await events.publish({ kind: "schedule" });
}
