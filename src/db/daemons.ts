import type { DaemonStore, MetDaemon } from "../core/daemon.ts";
import { json, query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** A server that has not beaten for so long does not count; `dead-instances.ts` takes it for dead then. */
const LIVING = `heartbeat_at > now() - interval '15 seconds'`;
/** A server that is started anew meets its daemon again within this. */
const AWAY = `interval '15 seconds'`;
/** Another daemon that was met at the same place takes over after this: two machines may have one name. */
const REPLACED = `interval '10 minutes'`;
/** Nobody has reached it for so long that it does not come back. */
const GONE = `interval '24 hours'`;

const UNREACHED = `not exists (select from instances where d.id = any(daemons) and ${LIVING})`;

export class PostgresDaemonStore implements DaemonStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async saw({ id, engine, host, place, machines }: MetDaemon): Promise<void> {
    await query(
      this.#db,
      `insert into daemons (id, engine, host, place, machines)
       values (:id, :engine, :host, :place, :machines)
       on conflict (id) do update
         set engine = excluded.engine, host = excluded.host, place = excluded.place,
             machines = excluded.machines, seen_at = now()`,
      { id, engine, host, place, machines: json(machines) },
    );
  }

  async reached(engine: string): Promise<readonly MetDaemon[]> {
    return query<MetDaemon>(
      this.#db,
      `select id, engine, host, place, machines from daemons d
        where engine = :engine and seen_at > now() - ${AWAY} and not ${UNREACHED}
        order by id`,
      { engine },
    );
  }

  async orphaned(places: readonly string[]): Promise<readonly string[]> {
    const rows = await query<{ id: string }>(
      this.#db,
      `select id from daemons d
        where ${UNREACHED}
          and (seen_at < now() - ${GONE} or (place = any(:places) and seen_at < now() - ${REPLACED}))`,
      { places },
    );
    return rows.map(({ id }) => id);
  }

  async stranded(): ReturnType<DaemonStore["stranded"]> {
    return query(
      this.#db,
      `select e.id as "experimentId", d.host
         from jobs j
         join daemons d on d.id = j.daemon
         join experiments e on e.id = j.subject_id
        where j.kind = 'experiment' and j.owner is null and e.finished_at is null
          and d.seen_at < now() - ${AWAY} and ${UNREACHED}
          and not coalesce(e.note like 'waiting for a server that reaches Docker %', false)
        order by e.sequence
        limit 1000`,
    );
  }
}
