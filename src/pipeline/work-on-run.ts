import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { isRunOver, type LiveRun } from "../core/run.ts";
import { about, aboutRun } from "./about.ts";
import { drive, type Look } from "./drive.ts";
import { noteOf } from "./run/note.ts";
import type { RunResult } from "./run/run-result.ts";
import { doStage } from "./run/stages.ts";

/** Drives one run as far as it goes without waiting. */
export function workOnRun(ports: Ports, job: Job, signal: AbortSignal): Promise<void> {
  const { runs } = ports.database;
  return drive<LiveRun>(
    ports,
    job,
    async (id) => {
      const live = await runs.findLive(id);
      return live === undefined || isRunOver(live.run.state) ? undefined : live;
    },
    async (live) => {
      const its = about(ports, aboutRun(live.run, live.attempt));
      return toLook(its, live, await doStage(its, live, signal));
    },
  );
}

/** A move with its history, and who has to hear of it. */
function toLook({ log }: Pick<Ports, "log">, { run }: LiveRun, result: RunResult): Look<LiveRun> {
  if (result.kind === "wait") return result;
  if (result.kind === "again") return { kind: "moved", over: false, write: result.write };
  const { experimentId, projectId } = run;
  const { state, reason } = result.move;
  const over = isRunOver(state);
  return {
    kind: "moved",
    over,
    async write(stores) {
      await result.write?.(stores);
      const moved = await stores.runs.advance(run, result.move);
      await stores.events.publish({ kind: "experiment", experimentId, projectId });
      // All that its experiment would do is to say so.
      if (state === "Running" || state === "Finalizing")
        await stores.experiments.say(experimentId, noteOf(moved.run));
      else if (run.state === "Queueing" || over)
        await stores.queue.wake("experiment", [experimentId]);
      return moved;
    },
    tell() {
      log.info({ state, left: run.state, reason }, "run moved");
    },
  };
}
