import type { Figures, FigureStore } from "../core/figures.ts";
import { query } from "./query.ts";
import { type Db, Transaction } from "./transaction.ts";

/** What is used of knex's pool, which its types leave out. */
interface Pool {
  readonly numUsed: () => number;
  readonly numFree: () => number;
  readonly numPendingAcquires: () => number;
}

/** Figures of what is active: an index holds it, whatever has finished. */
export class PostgresFigureStore implements FigureStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async read(): Promise<Figures> {
    const [row] = await query<{ figures: Figures }>(
      this.#db,
      `select json_build_object(
         'servers', (select count(*) from instances),
         'active', (
           select coalesce(json_agg(a), '[]') from (
             select step, status, count(*)::int as count
               from experiments where finished_at is null group by step, status) a),
         'reserved', (
           select coalesce(json_agg(r), '[]') from (
             select a.engine, sum(share.cpus) as cpus, sum(share."memoryBytes") as "memoryBytes",
                    sum(jsonb_array_length(share.devices)) as gpus
               from attempts a
              cross join jsonb_to_recordset(a.reservation)
                 as share (cpus float8, "memoryBytes" float8, devices jsonb)
              where a.live and a.reservation is not null
              group by a.engine) r)
       ) as figures`,
    );
    if (row === undefined) throw new Error("the figures are empty");
    return row.figures;
  }

  connections(): ReturnType<FigureStore["connections"]> {
    const knex = this.#db instanceof Transaction ? this.#db.pool : this.#db;
    const pool: Pool = knex.client.pool;
    return {
      used: pool.numUsed(),
      idle: pool.numFree(),
      waiting: pool.numPendingAcquires(),
    };
  }
}
