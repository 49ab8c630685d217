import type { Step } from "../core/experiment.ts";
import type { LogIndex, LogKey, LogRecord } from "../core/log-store.ts";
import { optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

interface LogRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly step: Step;
  readonly run_id: string | null;
  readonly attempt: number | null;
  readonly replica: string | null;
  readonly stored: number;
  readonly raw_stdout: number;
  readonly raw_stderr: number;
  readonly origin: string | null;
  readonly held_stdout: string;
  readonly held_stderr: string;
  readonly sealed: boolean;
  readonly sha256: string | null;
  readonly writer_token: number;
}

const toLogRecord = (row: LogRow): LogRecord => ({
  id: row.id,
  experimentId: row.experiment_id,
  step: row.step,
  runId: optional(row.run_id),
  attempt: optional(row.attempt),
  replica: optional(row.replica),
  stored: row.stored,
  raw: { stdout: row.raw_stdout, stderr: row.raw_stderr, origin: optional(row.origin) },
  held: { stdout: row.held_stdout, stderr: row.held_stderr },
  sealed: row.sealed,
  sha256: optional(row.sha256),
  writerToken: row.writer_token,
});

const bindings = ({ experimentId, step, runId, attempt, replica }: LogKey) => ({
  experimentId,
  step,
  runId,
  attempt,
  replica,
});

/** The rows behind the log files: readers see no more than they say. */
export class PostgresLogIndex implements LogIndex {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async open(key: LogKey): Promise<LogRecord> {
    const [row] = await query<LogRow>(
      this.#db,
      `insert into logs (experiment_id, step, run_id, attempt, replica)
       values (:experimentId, :step, :runId, :attempt, :replica)
       on conflict (experiment_id, step, run_id, attempt, replica) do update
         set writer_token = logs.writer_token + (case when logs.sealed then 0 else 1 end)
       returning *`,
      bindings(key),
    );
    if (row === undefined) throw new Error("the log's row was not made");
    return toLogRecord(row);
  }

  async find(key: LogKey): Promise<LogRecord | undefined> {
    const [row] = await query<LogRow>(
      this.#db,
      `select * from logs
        where experiment_id = :experimentId and step = :step
          and run_id is not distinct from :runId and attempt is not distinct from :attempt
          and replica is not distinct from :replica`,
      bindings(key),
    );
    return row && toLogRecord(row);
  }

  async get(id: string): Promise<LogRecord | undefined> {
    const [row] = await query<LogRow>(this.#db, `select * from logs where id = :id`, { id });
    return row && toLogRecord(row);
  }

  async ofExperiment(experimentId: string): Promise<readonly LogRecord[]> {
    const rows = await query<LogRow>(
      this.#db,
      `select * from logs where experiment_id = :experimentId order by created_at, replica`,
      { experimentId },
    );
    return rows.map(toLogRecord);
  }

  async advance(
    id: string,
    writerToken: number,
    to: Parameters<LogIndex["advance"]>[2],
  ): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update logs
          set stored = :stored, raw_stdout = :rawStdout, raw_stderr = :rawStderr, origin = :origin,
              held_stdout = :heldStdout, held_stderr = :heldStderr, updated_at = now()
        where id = :id and writer_token = :writerToken and not sealed
       returning id`,
      {
        id,
        writerToken,
        stored: to.stored,
        rawStdout: to.raw.stdout,
        rawStderr: to.raw.stderr,
        origin: to.raw.origin,
        heldStdout: to.held.stdout,
        heldStderr: to.held.stderr,
      },
    );
    return rows.length === 1;
  }

  async seal(
    id: string,
    writerToken: number,
    to: Parameters<LogIndex["seal"]>[2],
  ): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update logs
          set sealed = true, stored = :stored, sha256 = :sha256, held_stdout = '', held_stderr = '', updated_at = now()
        where id = :id and writer_token = :writerToken and not sealed
       returning id`,
      { id, writerToken, ...to },
    );
    return rows.length === 1;
  }
}
