import type { Observation } from "../core/engine.ts";
import type { StepException } from "../core/experiment.ts";
import type { Attempt, ReservedReplica, Run, RunPlan, RunState } from "../core/run.ts";
import { optional } from "./query.ts";

/** A row of runs, with its experiment's project. */
export interface RunRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly project_id: string;
  readonly delivery_id: string | null;
  readonly request_id: string | null;
  readonly name: string;
  readonly engine: string;
  readonly priority: number;
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly reason: string | null;
  readonly attempt: number;
  readonly failures: number;
  readonly platform_faults: number;
  readonly cancel_requested: boolean;
  readonly cancel_kill: boolean;
  readonly exit_code: number | null;
  readonly exception: StepException | null;
  readonly created_at: Date;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly as_of: Date;
}

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    experimentId: row.experiment_id,
    projectId: row.project_id,
    deliveryId: optional(row.delivery_id),
    requestId: optional(row.request_id),
    name: row.name,
    engine: row.engine,
    priority: row.priority,
    plan: row.plan,
    state: row.state,
    reason: optional(row.reason),
    attempt: row.attempt,
    failures: row.failures,
    platformFaults: row.platform_faults,
    cancelRequested: row.cancel_requested,
    cancelKill: row.cancel_kill,
    exitCode: optional(row.exit_code),
    exception: optional(row.exception),
    createdAt: row.created_at,
    queuedAt: optional(row.queued_at),
    startedAt: optional(row.started_at),
    finishedAt: optional(row.finished_at),
    asOf: row.as_of,
  };
}

export interface AttemptRow {
  readonly id: string;
  readonly run_id: string;
  readonly number: number;
  readonly engine: string;
  readonly live: boolean;
  readonly reservation: ReservedReplica[] | null;
  readonly engine_id: string | null;
  readonly observation: Observation | null;
  readonly observed_at: Date | null;
  readonly stop_requested_at: Date | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    runId: row.run_id,
    number: row.number,
    engine: row.engine,
    live: row.live,
    reservation: optional(row.reservation),
    engineId: optional(row.engine_id),
    observation: optional(row.observation),
    observedAt: optional(row.observed_at),
    stopRequestedAt: optional(row.stop_requested_at),
    createdAt: row.created_at,
    startedAt: optional(row.started_at),
    finishedAt: optional(row.finished_at),
  };
}
