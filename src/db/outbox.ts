import type { Page, PageRequest } from "../core/experiment-store.ts";
import type {
  Access,
  Notice,
  NoticeState,
  Outbox,
  OwedNotice,
  Settlement,
} from "../core/notice.ts";
import { readCursor, writeCursor } from "./experiment-list.ts";
import { optional, query } from "./query.ts";
import { unseal } from "./sealed.ts";

type Db = Parameters<typeof query>[0];

/** The rows are written by the database itself with each move: migrations/0021_outbox.sql. */
export class PostgresOutbox implements Outbox {
  readonly #db: Db;
  readonly #key: Uint8Array;

  constructor(db: Db, secretKey: Uint8Array) {
    this.#db = db;
    this.#key = secretKey;
  }

  async owed(experimentId: string): Promise<readonly OwedNotice[]> {
    const rows = await query<Omit<OwedNotice, "access"> & { readonly sealed: Buffer }>(
      this.#db,
      `select * from (
         select distinct on (n.destination_id)
                n.sequence, n.id, n.destination_id as "destinationId", n.event, n.version, n.tries, d.failures, d.address, d.sealed,
                extract(epoch from now() - n.owed_at)::float8 as "owedSeconds",
                greatest(0, extract(epoch from greatest(n.due_at, d.paused_until) - now()))::float8 as "dueInSeconds",
                n.event = 'status' and exists (
                  select from notices later
                   where later.destination_id = n.destination_id and later.about = n.about
                     and later.event = 'status' and later.sequence > n.sequence
                ) as "isSuperseded"
           from notices n
           join destinations d on d.id = n.destination_id
          where n.experiment_id = :experimentId and n.state = 'owed'
          order by n.destination_id, n.sequence
       ) heads order by sequence`,
      { experimentId },
    );
    return rows.map(({ sealed, ...row }) => {
      const access: Access = JSON.parse(unseal(this.#key, sealed));
      return { ...row, access };
    });
  }

  async nextDueSeconds(experimentId: string): Promise<number | undefined> {
    const [row] = await query<{ seconds: number | null }>(
      this.#db,
      `select min(greatest(0, extract(epoch from greatest(n.due_at, d.paused_until) - now())))::float8 as seconds
         from notices n
         join destinations d on d.id = n.destination_id
        where n.experiment_id = :experimentId and n.state = 'owed'`,
      { experimentId },
    );
    return row?.seconds ?? undefined;
  }

  async settle({ id, destinationId, version }: OwedNotice, settlement: Settlement): Promise<void> {
    if (settlement.state === "owed") {
      await query(
        this.#db,
        `update notices
            set tries = tries + 1, reason = :reason, due_at = now() + :seconds * interval '1 second'
          where id = :id and version = :version and state = 'owed'`,
        { id, version, reason: settlement.reason, seconds: settlement.seconds },
      );
      await this.#pause(destinationId, settlement.reason, settlement.pauseSeconds);
      return;
    }
    const reason = settlement.state === "refused" ? settlement.reason : undefined;
    await query(
      this.#db,
      `update notices set state = :state, reason = :reason, settled_at = clock_timestamp()
        where id = :id and version = :version and state = 'owed'`,
      { id, version, state: settlement.state, reason },
    );
    if (settlement.state !== "superseded") await this.#heard(destinationId, reason);
  }

  /** Those that were sent to it at the same time count as one failure. */
  async #pause(id: string, trouble: string, seconds: number): Promise<void> {
    await query(
      this.#db,
      `update destinations
          set trouble = :trouble,
              failures = failures + case when paused_until > now() then 0 else 1 end,
              paused_until = greatest(paused_until, now() + :seconds * interval '1 second')
        where id = :id`,
      { id, trouble, seconds },
    );
  }

  /** It answers; with `trouble` what it does not like. */
  async #heard(id: string, trouble: string | undefined): Promise<void> {
    await query(
      this.#db,
      `update destinations set failures = 0, paused_until = null, trouble = :trouble
        where id = :id and (failures, trouble) is distinct from (0, :trouble::text)`,
      { id, trouble },
    );
  }

  async abandon(experimentId: string, reason: string): Promise<void> {
    await query(
      this.#db,
      `update notices set state = 'refused', reason = :reason, settled_at = clock_timestamp()
        where experiment_id = :experimentId and state = 'owed'`,
      { experimentId, reason },
    );
  }

  async list(projectId: string, { limit, cursor }: PageRequest): Promise<Page<Notice>> {
    const rows = await query<NoticeRow>(
      this.#db,
      `select n.*, d.kind, d.address, e.number
         from notices n
         join destinations d on d.id = n.destination_id
         join experiments e on e.id = n.experiment_id
        where d.project_id = :projectId ${cursor === undefined ? "" : "and n.sequence < :before"}
        order by n.sequence desc limit :limit`,
      {
        projectId,
        limit: limit + 1,
        before: cursor === undefined ? undefined : readCursor(cursor),
      },
    );
    const last = rows.at(limit - 1);
    return {
      items: rows.slice(0, limit).map(toNotice),
      nextCursor: rows.length > limit && last ? writeCursor(last.sequence) : undefined,
    };
  }

  async depth(): ReturnType<Outbox["depth"]> {
    return query(
      this.#db,
      `select d.kind, count(*)::int as owed,
              extract(epoch from now() - min(n.owed_at))::float8 as "oldestSeconds"
         from destinations d
         join notices n on n.destination_id = d.id and n.state = 'owed'
        group by d.kind`,
    );
  }
}

interface NoticeRow {
  readonly id: string;
  readonly sequence: number;
  readonly destination_id: string;
  readonly kind: Access["kind"];
  readonly address: string;
  readonly experiment_id: string;
  readonly number: number;
  readonly event: Notice["event"];
  readonly state: NoticeState;
  readonly tries: number;
  readonly reason: string | null;
  readonly owed_at: Date;
  readonly settled_at: Date | null;
}

const toNotice = (row: NoticeRow): Notice => ({
  id: row.id,
  destinationId: row.destination_id,
  kind: row.kind,
  address: row.address,
  experimentId: row.experiment_id,
  experimentNumber: row.number,
  event: row.event,
  state: row.state,
  tries: row.tries,
  reason: optional(row.reason),
  owedAt: row.owed_at,
  settledAt: optional(row.settled_at),
});
