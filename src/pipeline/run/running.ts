import type { Observation } from "../../core/engine.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt, Run } from "../../core/run.ts";
import { engineFor } from "./engine-for.ts";
import type { LiveRun, RunResult } from "./run-result.ts";

/** Beyond its grace a container that does not end is killed, and then again as often as this. */
const KILL_AGAIN_SECONDS = 10;

/** Sleeps until the observer has seen an ending; asks the engine to stop what is cancelled, overdue or has lost a peer. */
export async function running(ports: Ports, { run, attempt }: LiveRun): Promise<RunResult> {
  if (attempt?.engineId === undefined)
    throw new Error(`run ${run.id} is running without a workload`);
  const { observation } = attempt;
  if (observation?.kind === "exited" || observation?.kind === "lost")
    return { kind: "moved", move: { state: "Finalizing", reason: "collecting outputs" } };

  const deadline = deadlineOf(run);
  const left = deadline === undefined ? undefined : (deadline - Date.now()) / 1000;
  const overdue = left !== undefined && left <= 0;
  if (run.cancelRequested || overdue || oneFailed(observation))
    return stop(ports, run, attempt, attempt.engineId);
  return left === undefined ? { kind: "wait" } : { kind: "wait", seconds: left };
}

/** In milliseconds since the epoch; undefined until the first container has started. */
export function deadlineOf({ startedAt, plan }: Run): number | undefined {
  return startedAt && startedAt.getTime() + plan.timeoutSeconds * 1000;
}

/** One failed replica ends the attempt, and its peers with it. */
function oneFailed(observation: Observation | undefined): boolean {
  return Object.values(observation?.replicas ?? {}).some(
    (replica) => replica.kind === "exited" && replica.exitCode !== 0,
  );
}

/** Intent first, then SIGTERM; once the grace is over SIGKILL, and again until the engine has seen the end. */
async function stop(
  ports: Ports,
  run: Run,
  { id, stopRequestedAt }: Attempt,
  engineId: string,
): Promise<RunResult> {
  if (stopRequestedAt === undefined)
    return { kind: "again", write: ({ runs }) => runs.markStopping(id) };
  const graceSeconds = run.cancelKill ? 0 : run.plan.graceSeconds;
  const left = graceSeconds - (Date.now() - stopRequestedAt.getTime()) / 1000;
  await engineFor(ports, run).stop(engineId, Math.max(0, left));
  return { kind: "wait", seconds: left > 0 ? left : KILL_AGAIN_SECONDS };
}
