import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { isRunOver, type Run } from "../core/run.ts";
import { about, aboutRun } from "./about.ts";
import { drive, type Look } from "./drive.ts";
import type { RunResult } from "./run/run-result.ts";
import { doStage } from "./run/stages.ts";

/** Drives one run as far as it goes without waiting. */
export function workOnRun(ports: Ports, job: Job, signal: AbortSignal): Promise<void> {
  const { runs } = ports.database;
  return drive<Run>(
    ports,
    job,
    async (id) => {
      const run = await runs.find(id);
      return run === undefined || isRunOver(run.state) ? undefined : run;
    },
    async (run) => {
      const attempt = await runs.liveAttempt(run.id);
      const its = about(ports, aboutRun(run, attempt));
      return toLook(its, run, await doStage(its, { run, attempt }, signal));
    },
  );
}

/** A move with its history, and who has to hear of it. */
function toLook({ log }: Pick<Ports, "log">, run: Run, result: RunResult): Look<Run> {
  if (result.kind === "wait") return result;
  if (result.kind === "again") return { kind: "moved", over: false, write: result.write };
  const { experimentId, projectId } = run;
  const over = isRunOver(result.move.state);
  return {
    kind: "moved",
    over,
    async write(stores) {
      await result.write?.(stores);
      const moved = await stores.runs.advance(run, result.move);
      await stores.events.publish({ kind: "experiment", experimentId, projectId });
      if (result.move.state === "Finalizing")
        await stores.experiments.notes([{ id: experimentId, note: "collecting outputs" }]);
      if (run.state === "Queueing" || over) await stores.queue.wake("experiment", [experimentId]);
      return moved;
    },
    tell() {
      const { state, reason } = result.move;
      log.info({ state, left: run.state, reason }, "run moved");
    },
  };
}
