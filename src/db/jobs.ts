import { LostLeaseError } from "../core/errors.ts";
import type { Job, JobKind, Queue } from "../core/job.ts";
import { execute, optional, query } from "./query.ts";
import { type Db, Transaction } from "./transaction.ts";

interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly subject_id: string;
  readonly token: number;
  readonly wakes: number;
  readonly net: boolean;
  readonly failures: number;
  readonly lost_leases: number;
  readonly error: string | null;
  readonly unreachable_seconds: number | null;
}

/** The queue: `for update skip locked`, instance leases and fencing tokens. */
export class PostgresQueue implements Queue {
  readonly #db: Db;
  readonly #instance: () => string | undefined;
  readonly #daemons: () => readonly string[] | undefined;

  /**
   * `instance` answers this server's registration, undefined while it has none; `daemons` those that it reaches, undefined
   * for all.
   */
  constructor(
    db: Db,
    instance: () => string | undefined,
    daemons: () => readonly string[] | undefined = () => undefined,
  ) {
    this.#db = db;
    this.#instance = instance;
    this.#daemons = daemons;
  }

  async push(
    kind: JobKind,
    subjectId: string,
    { daemon, netSeconds }: Parameters<Queue["push"]>[2] = {},
  ): Promise<void> {
    await execute(
      this.#db,
      `insert into jobs (kind, subject_id, daemon, net, due_at)
       values (:kind, :subjectId, :daemon, :net, now() + :seconds * interval '1 second')
       on conflict (kind, subject_id) do update
         set wakes = jobs.wakes + 1, net = false,
             due_at = case when jobs.owner is null then now() else jobs.due_at end`,
      { kind, subjectId, daemon, net: netSeconds !== undefined, seconds: netSeconds ?? 0 },
    );
  }

  async bind(kind: JobKind, subjectId: string, daemon: string | undefined): Promise<void> {
    await execute(
      this.#db,
      `update jobs set daemon = :daemon where kind = :kind and subject_id = :subjectId`,
      { kind, subjectId, daemon },
    );
  }

  async claim(limit: number): Promise<readonly Job[]> {
    const owner = this.#instance();
    if (owner === undefined || limit <= 0) return [];
    const daemons = this.#daemons();
    const within = daemons === undefined ? "" : "and (daemon is null or daemon = any(:daemons))";
    const rows = await query<JobRow>(
      this.#db,
      `with claimable as (
         select id, net from jobs
          where owner is null and due_at <= now() ${within}
          order by due_at, id
          limit :limit
            for update skip locked
       )
       update jobs
          set owner = :owner, token = jobs.token + 1, net = false
         from claimable
        where jobs.id = claimable.id
          and exists (select from instances where id = :owner)
       returning jobs.id::text, kind, subject_id, token, wakes, claimable.net, failures, lost_leases, error,
                 extract(epoch from now() - unreachable_since)::float8 as unreachable_seconds`,
      { owner, limit, daemons },
    );
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      subjectId: row.subject_id,
      token: row.token,
      wakes: row.wakes,
      failures: row.failures,
      lostLeases: row.lost_leases,
      error: optional(row.error),
      unreachableSeconds: optional(row.unreachable_seconds),
      overdue: row.net,
    }));
  }

  async hold(job: Job): Promise<Job> {
    const [row] = await this.#mine<{ wakes: number }>(
      job,
      `select wakes from jobs where id = :id and token = :token and owner is not null for update`,
    );
    return { ...job, wakes: row?.wakes ?? job.wakes };
  }

  async forgive(job: Job): Promise<Job> {
    const { failures, lostLeases, unreachableSeconds } = job;
    // Nearly always.
    if (failures === 0 && lostLeases === 0 && unreachableSeconds === undefined) return job;
    await this.#mine(
      job,
      `update jobs
          set failures = 0, lost_leases = 0, error = null, unreachable_since = null
        where id = :id and token = :token and owner is not null
       returning id`,
    );
    return { ...job, ...BLAMELESS };
  }

  async keepOnly(jobs: readonly Job[]): Promise<void> {
    const owner = this.#instance();
    if (owner === undefined) return;
    await query(
      this.#db,
      `update jobs set owner = null, failures = failures + 1, due_at = now(), net = false
        where owner = :owner and not (id = any(:ids))`,
      { owner, ids: jobs.map(({ id }) => id) },
    );
  }

  async release(job: Job, seconds: number, why: "timer" | "net"): Promise<boolean> {
    const [row] = await this.#mine<{ woken: boolean }>(
      job,
      `update jobs
          set owner = null, failures = 0, lost_leases = 0, error = null, unreachable_since = null,
              net = :net and wakes = :wakes,
              due_at = case when wakes > :wakes then now() else now() + :seconds * interval '1 second' end
        where id = :id and token = :token and owner is not null
       returning wakes > :wakes as woken`,
      { seconds, wakes: job.wakes, net: why === "net" },
    );
    return row?.woken === true;
  }

  async awaitEngine(job: Job, seconds: number): Promise<void> {
    await this.#mine(
      job,
      `update jobs
          set owner = null, failures = 0, lost_leases = 0, error = null, net = false,
              unreachable_since = coalesce(unreachable_since, now()),
              due_at = case when wakes > :wakes then now() else now() + :seconds * interval '1 second' end
        where id = :id and token = :token and owner is not null
       returning id`,
      { seconds, wakes: job.wakes },
    );
  }

  async retry(job: Job, seconds: number, error: string): Promise<void> {
    await execute(
      this.#db,
      `update jobs
          set owner = null, failures = failures + 1, error = :error, net = false,
              due_at = case when wakes > :wakes then now() else now() + :seconds * interval '1 second' end
        where id = :id and token = :token and owner is not null`,
      { id: job.id, token: job.token, wakes: job.wakes, seconds, error },
    );
  }

  async finish(job: Job): Promise<void> {
    const { id, token } = job;
    const sql = `delete from jobs where id = :id and token = :token and owner is not null returning id`;
    // Who finishes in a transaction has locked it there.
    if (this.#db instanceof Transaction) await execute(this.#db, sql, { id, token });
    else await this.#mine(job, sql);
  }

  async wake(kind: JobKind, subjectIds: readonly string[]): Promise<void> {
    if (subjectIds.length === 0) return;
    await execute(
      this.#db,
      `update jobs
          set wakes = wakes + 1, net = false,
              due_at = case when owner is null then least(due_at, now()) else due_at end
        where kind = :kind and subject_id = any(:subjectIds)`,
      { kind, subjectIds },
    );
  }

  async depth(): ReturnType<Queue["depth"]> {
    return query(
      this.#db,
      `select kind,
              count(*) filter (where owner is null and due_at <= now())::int as due,
              count(*) filter (where owner is not null)::int as claimed,
              count(*) filter (where owner is null and due_at > now())::int as waiting,
              coalesce(extract(epoch from now() - min(due_at) filter (where owner is null and due_at <= now())), 0)::float8
                as "oldestDueSeconds"
         from jobs group by kind order by kind`,
    );
  }

  async #mine<Row extends object>(
    job: Job,
    sql: string,
    bindings: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly Row[]> {
    const rows = await query<Row>(this.#db, sql, { id: job.id, token: job.token, ...bindings });
    if (rows.length !== 1)
      throw new LostLeaseError(`the claim ${job.token} on job ${job.id} no longer holds`);
    return rows;
  }
}

const BLAMELESS = {
  failures: 0,
  lostLeases: 0,
  error: undefined,
  unreachableSeconds: undefined,
} as const;
