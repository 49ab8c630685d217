import type {
  AttemptAnswer,
  ReplicaAnswer,
  ResourcesAnswer,
  RunAnswer,
  RunDetailAnswer,
} from "../../contract/run.ts";
import type { Observation } from "../../core/engine.ts";
import type { ReplicaResources } from "../../core/manifest.ts";
import type { Attempt, PlannedReplica, Run } from "../../core/run.ts";
import { exceptionOrNull } from "./exception.ts";
import { time, timeOrNull } from "./times.ts";

export function presentRun(run: Run, attempts: readonly Attempt[]): RunAnswer {
  const current = attempts.find(({ number }) => number === run.attempt);
  return {
    id: run.id,
    name: run.name,
    state: run.state,
    reason: run.reason ?? null,
    engine: run.engine,
    attempt: run.attempt,
    exitCode: run.exitCode ?? null,
    exception: exceptionOrNull(run.exception),
    replicas: replicasOf(run, current?.observation),
    createdAt: time(run.createdAt),
    startedAt: timeOrNull(run.startedAt),
    finishedAt: timeOrNull(run.finishedAt),
  };
}

export function presentRunDetail(run: Run, attempts: readonly Attempt[]): RunDetailAnswer {
  return {
    ...presentRun(run, attempts),
    experimentId: run.experimentId,
    operator: run.plan.operator,
    command: run.plan.command,
    timeoutSeconds: run.plan.timeoutSeconds,
    dashboard:
      run.plan.replicas.find(({ dashboard }) => dashboard !== undefined)?.dashboard ?? null,
    secrets: run.plan.secrets ?? {},
    inputs: (run.plan.inputs ?? []).map(({ experimentId, path, as }) => ({
      experimentId,
      path,
      as,
    })),
    attempts: attempts
      .toSorted((a, b) => a.number - b.number)
      .map((attempt) => presentAttempt(run, attempt)),
  };
}

function presentAttempt(run: Run, attempt: Attempt): AttemptAnswer {
  return {
    id: attempt.id,
    number: attempt.number,
    live: attempt.live,
    engine: attempt.engine,
    replicas: replicasOf(run, attempt.observation),
    createdAt: time(attempt.createdAt),
    startedAt: timeOrNull(attempt.startedAt),
    finishedAt: timeOrNull(attempt.finishedAt),
  };
}

function replicasOf(run: Run, observation: Observation | undefined): ReplicaAnswer[] {
  return run.plan.replicas.map((replica) => presentReplica(replica, observation));
}

function presentReplica(
  planned: PlannedReplica,
  observation: Observation | undefined,
): ReplicaAnswer {
  const seen = observation?.replicas[planned.name];
  const ended = seen?.kind === "exited";
  const lost = observation?.kind === "lost" && !ended;
  return {
    name: planned.name,
    state: lost ? "lost" : (seen?.kind ?? "pending"),
    exitCode: ended ? seen.exitCode : null,
    startedAt: seen === undefined || seen.kind === "prepared" ? null : timeOrNull(seen.startedAt),
    finishedAt: ended ? timeOrNull(seen.finishedAt) : null,
    resources: presentResources(planned.resources),
  };
}

function presentResources({ cpus, gpu, memoryBytes }: ReplicaResources): ResourcesAnswer {
  return { cpus, gpus: gpu?.count ?? 0, memoryGb: gibibytes(memoryBytes) };
}

export const gibibytes = (bytes: number): number => Math.round((bytes / 2 ** 30) * 100) / 100;
