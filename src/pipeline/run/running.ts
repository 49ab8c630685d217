import type { Observation } from "../../core/engine.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt, LiveRun, Run } from "../../core/run.ts";
import { secondsBetween, secondsLeft } from "./deadline.ts";
import { engineFor } from "./engine-for.ts";
import { STOPPING } from "./note.ts";
import { refusal } from "./refusal.ts";
import type { RunResult } from "./run-result.ts";
import { saying } from "./saying.ts";
import { servedUntil } from "./served-until.ts";

/** Beyond its grace a container that does not end is killed, and then again as often as this. */
const KILL_AGAIN_SECONDS = 10;

/**
 * Sleeps until the observer has seen an ending; asks the engine to stop what is cancelled or overdue, has lost a peer, or
 * has nothing left to serve.
 */
export async function running(ports: Ports, { run, attempt }: LiveRun): Promise<RunResult> {
  if (attempt?.engineId === undefined)
    throw new Error(`run ${run.id} is running without a workload`);
  const { observation } = attempt;
  if (observation?.kind === "exited" || observation?.kind === "lost")
    return { kind: "moved", move: { state: "Finalizing", reason: "collecting outputs" } };

  const left = secondsLeft(run);
  if (run.cancelRequested) return stop(ports, run, attempt, STOPPING);
  if (left !== undefined && left <= 0)
    return stop(ports, run, attempt, `${STOPPING}: it ran longer than its timeout`);
  if (oneFailed(observation)) return stop(ports, run, attempt, `${STOPPING}: a replica has failed`);
  if (servedUntil(run.plan, observation?.replicas ?? {}) !== undefined)
    return stop(ports, run, attempt, `${STOPPING}: all that they serve have ended`);
  return left === undefined ? { kind: "wait" } : { kind: "wait", seconds: left };
}

/** One failed replica ends the attempt, and its peers with it. */
function oneFailed(observation: Observation | undefined): boolean {
  return Object.values(observation?.replicas ?? {}).some(
    (replica) => replica.kind === "exited" && replica.exitCode !== 0,
  );
}

/**
 * Intent first, then SIGTERM; once the grace is over SIGKILL, and again until the engine has seen the end. An engine that
 * cannot end it is asked for ever, and the note says so: what still runs is not over.
 */
async function stop(
  ports: Ports,
  run: Run,
  { id, engineId = id, stopRequestedAt }: Attempt,
  why: string,
): Promise<RunResult> {
  if (stopRequestedAt === undefined)
    return { kind: "again", write: ({ runs }) => runs.markStopping(id) };
  const graceSeconds = run.cancelKill ? 0 : run.plan.graceSeconds;
  const asked = secondsBetween(stopRequestedAt, run.asOf);
  const left = graceSeconds - asked;
  const engine = engineFor(ports, run);
  const refused = await refusal(() => engine.stop(engineId, Math.max(0, left)));
  if (refused !== undefined)
    return saying(
      run,
      KILL_AGAIN_SECONDS,
      `${STOPPING}: engine ${engine.name} cannot end it and is asked again: ${refused}`,
    );
  if (left > 0) return saying(run, left, why);
  if (left > -KILL_AGAIN_SECONDS) return saying(run, KILL_AGAIN_SECONDS, why);
  const still = `engine ${engine.name} was asked ${Math.round(asked)} s ago and it still runs; it is killed again and again`;
  return saying(run, KILL_AGAIN_SECONDS, `${STOPPING}: ${still}`);
}
