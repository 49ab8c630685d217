import type { Observation, ReplicaState } from "../../core/engine.ts";
import type { StepException } from "../../core/experiment.ts";
import type { LogKey } from "../../core/log-store.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt, LiveRun, Run, RunPlan } from "../../core/run.ts";
import { readAttemptToEnd } from "../metrics/read-to-end.ts";
import { secondsBetween, timedOut } from "./deadline.ts";
import { engineFor } from "./engine-for.ts";
import { exitException } from "./exit-exception.ts";
import { refusal } from "./refusal.ts";
import { logKey, sealLogs } from "./replica-logs.ts";
import { failedAttempt, lostAttempt } from "./retry.ts";
import { over, type RunResult } from "./run-result.ts";
import { saying } from "./saying.ts";
import { endedAt, servedUntil } from "./served-until.ts";

/** Lines of the log that a failure shows. */
const TAIL_LINES = 20;
const REMOVE_AGAIN_SECONDS = 10;

/** Logs are sealed first, then the workload may go, then it is judged. */
export async function finalizing(ports: Ports, live: LiveRun): Promise<RunResult> {
  const result = await lookAtEnd(ports, live);
  // The next attempt goes on in the same files.
  if (result.kind === "moved" && result.move.state === "Preparing")
    await readAttemptToEnd(ports, live.run.id);
  return result;
}

async function lookAtEnd(ports: Ports, { run, attempt }: LiveRun): Promise<RunResult> {
  if (attempt?.engineId === undefined) throw new Error(`run ${run.id} has nothing to finalize`);
  const { observation } = attempt;
  if (observation?.kind !== "exited" && observation?.kind !== "lost")
    throw new Error(`attempt ${attempt.id} is finalized before it has ended`);

  if (observation.kind === "lost") await sealLogs(ports, run, attempt);
  const keys = run.plan.replicas.map((replica) => logKey(run, attempt, replica.name));
  const records = await Promise.all(keys.map((key) => ports.logs.find(key)));
  // The observer seals them when it has read everything, and wakes this run.
  if (records.some((record) => record?.sealed !== true)) return { kind: "wait" };

  // How it ended stands, and is told when the engine has let go of it: until then it is asked again.
  const { engineId } = attempt;
  const kept = await refusal(() => engineFor(ports, run).remove(engineId));
  if (kept !== undefined)
    return saying(run, REMOVE_AGAIN_SECONDS, `its containers cannot be removed yet: ${kept}`);
  if (observation.kind === "lost")
    return lostAttempt(run, attempt, "the engine no longer has its containers.");
  return judge(ports, run, attempt, observation);
}

async function judge(
  ports: Ports,
  run: Run,
  attempt: Attempt,
  { replicas }: Observation,
): Promise<RunResult> {
  const failure = firstFailure(run.plan, replicas);
  const exitCode = failure?.state.exitCode ?? 0;
  if (run.cancelRequested) return over(attempt, { state: "Cancelled", exitCode });
  if (wasOverdue(run, attempt))
    return over(attempt, { state: "Failed", exitCode, exception: timedOut(run, exitCode) });
  if (failure === undefined) return over(attempt, { state: "Done", exitCode: 0 });
  if (wasStoppedByOthers(failure.state, attempt)) return lostAttempt(run, attempt, STOPPED);
  const logTail = await tailOf(ports, logKey(run, attempt, failure.name));
  const exception: StepException = {
    ...exitException(failure.name, failure.state, run.plan.replicas.length > 1),
    logTail,
  };
  return failedAttempt(run, attempt, exception);
}

/** Whatever the exit code: a program may well save and end with 0 when it is stopped. */
function wasOverdue({ startedAt, plan }: Run, { stopRequestedAt }: Attempt): boolean {
  if (stopRequestedAt === undefined || startedAt === undefined) return false;
  return secondsBetween(startedAt, stopRequestedAt) >= plan.timeoutSeconds;
}

/** 128 + SIGTERM. */
const TERMINATED = 143;
const STOPPED =
  "something other than Assay stopped its containers, as a machine or a Docker that shuts down does.";

/** A Docker that shuts down stops what runs, and leaves no other trace of it. */
function wasStoppedByOthers({ exitCode }: Exited, { stopRequestedAt }: Attempt): boolean {
  return exitCode === TERMINATED && stopRequestedAt === undefined;
}

type Exited = Extract<ReplicaState, { kind: "exited" }>;

/** The replica that failed first: its peers were only stopped, as what has nothing left to serve is. */
function firstFailure(
  plan: RunPlan,
  replicas: Observation["replicas"],
): { readonly name: string; readonly state: Exited } | undefined {
  const served = servedUntil(plan, replicas) ?? Infinity;
  return Object.entries(replicas)
    .flatMap(([name, state]) =>
      state.kind === "exited" && state.exitCode !== 0 && endedAt(state) < served
        ? [{ name, state }]
        : [],
    )
    .toSorted((a, b) => (a.state.finishedAt ?? "").localeCompare(b.state.finishedAt ?? ""))
    .at(0);
}

async function tailOf({ logs }: Ports, key: LogKey): Promise<string | undefined> {
  const record = await logs.find(key);
  if (record === undefined || record.stored === 0) return undefined;
  const start = await logs.tailOffset(record, TAIL_LINES);
  const decoder = new TextDecoder();
  let tail = "";
  // A line may be endless: a person reads the last 8 KiB at most.
  for await (const bytes of logs.read(record, {
    start: Math.max(start, record.stored - 8192),
    end: record.stored,
  }))
    tail += decoder.decode(bytes, { stream: true });
  return tail;
}
