import type { LiveRun } from "../core/run.ts";
import { type AttemptRow, type RunRow, toAttempt, toRun } from "./run-rows.ts";

/** A row of runs beside that of its live attempt, in one answer. */
export type LiveRunRow = RunRow & (AttemptBeside | { readonly attempt_id: null });

type AttemptBeside = {
  readonly [Column in keyof AttemptRow as `attempt_${Column}`]: AttemptRow[Column];
};

const ATTEMPT_COLUMNS = [
  "id",
  "run_id",
  "number",
  "engine",
  "live",
  "reservation",
  "engine_id",
  "observation",
  "observed_at",
  "stop_requested_at",
  "created_at",
  "started_at",
  "finished_at",
] as const satisfies readonly (keyof AttemptRow)[];

/** What is selected of `attempts a`. */
export const ATTEMPT_BESIDE = ATTEMPT_COLUMNS.map((name) => `a.${name} as attempt_${name}`).join();

export const toLiveRun = (row: LiveRunRow): LiveRun => ({
  run: toRun(row),
  attempt:
    row.attempt_id === null
      ? undefined
      : toAttempt({
          id: row.attempt_id,
          run_id: row.attempt_run_id,
          number: row.attempt_number,
          engine: row.attempt_engine,
          live: row.attempt_live,
          reservation: row.attempt_reservation,
          engine_id: row.attempt_engine_id,
          observation: row.attempt_observation,
          observed_at: row.attempt_observed_at,
          stop_requested_at: row.attempt_stop_requested_at,
          created_at: row.attempt_created_at,
          started_at: row.attempt_started_at,
          finished_at: row.attempt_finished_at,
        }),
});
