import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { isRunOver, type Run } from "../core/run.ts";
import type { RunResult } from "./run/run-result.ts";
import { doStage } from "./run/stages.ts";

/** Drives one run as far as it goes without waiting. */
export async function workOnRun(ports: Ports, claimed: Job, signal: AbortSignal): Promise<void> {
  let job = claimed;
  for (;;) {
    const run = await ports.database.runs.find(job.subjectId);
    if (run === undefined || isRunOver(run.state)) return ports.database.queue.finish(job);
    const attempt = await ports.database.runs.liveAttempt(run.id);
    const result = await doStage(ports, { run, attempt }, signal);
    if (job.overdue && result.kind !== "wait")
      ports.metrics.count("assay_safety_net_total", { kind: "run" });
    const next = await record(ports, job, run, result);
    if (next === undefined) return;
    job = { ...next, overdue: false };
  }
}

/** What the stage found out, if the claim still holds: all of it or nothing. Answers the claim to go on with. */
async function record(
  { database }: Ports,
  job: Job,
  run: Run,
  result: RunResult,
): Promise<Job | undefined> {
  return database.transaction(async (stores) => {
    const held = await stores.queue.hold(job);
    await result.write?.(stores);
    const { experimentId, projectId } = run;
    switch (result.kind) {
      case "wait": {
        // The wakes that count are those before this look, so `job`, not `held`.
        const { seconds } = result;
        await stores.queue.release(
          job,
          seconds ?? SAFETY_NET_SECONDS,
          seconds === undefined ? "net" : "timer",
        );
        if (held.wakes > job.wakes) await stores.events.publish({ kind: "work" });
        return undefined;
      }
      case "again":
        return held;
      case "moved":
        await stores.runs.advance(run, result.move);
        await stores.events.publish({ kind: "experiment", experimentId, projectId });
        if (run.state === "Queueing" || isRunOver(result.move.state))
          await stores.queue.wake("experiment", [experimentId]);
        if (!isRunOver(result.move.state)) return held;
        await stores.queue.finish(job);
        // Its experiment goes on, and so does whoever waited for what it held.
        await stores.events.publish({ kind: "work" }, { kind: "schedule" });
        return undefined;
    }
  });
}

/** A wake comes long before. */
export const SAFETY_NET_SECONDS = 30;
