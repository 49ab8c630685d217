import type { BrokenInvariant, EngineMachine, InvariantStore } from "../core/invariant.ts";
import { EXPERIMENT_INVARIANTS } from "./invariants/experiments.ts";
import type { Invariant } from "./invariants/invariant.ts";
import { JOB_INVARIANTS } from "./invariants/jobs.ts";
import { LIMIT_INVARIANTS } from "./invariants/limits.ts";
import { NOTICE_INVARIANTS } from "./invariants/notices.ts";
import { RUN_INVARIANTS } from "./invariants/runs.ts";
import { json, query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** More rows than these tell a person nothing more. */
const MOST_ROWS = 20;

const INVARIANTS: readonly Invariant[] = [
  ...JOB_INVARIANTS,
  ...EXPERIMENT_INVARIANTS,
  ...RUN_INVARIANTS,
  ...LIMIT_INVARIANTS,
  ...NOTICE_INVARIANTS,
];

/** Each is one statement, so it sees one moment of the database, whatever is written meanwhile. */
export class PostgresInvariantStore implements InvariantStore {
  readonly names = INVARIANTS.map(({ name }) => name);
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async broken(
    machines: readonly EngineMachine[],
    maxActive?: number,
  ): Promise<readonly BrokenInvariant[]> {
    const broken: BrokenInvariant[] = [];
    for (const { name, sentence, sql } of INVARIANTS) {
      const rows = await query(
        this.#db,
        `with machines as (
           select * from jsonb_to_recordset(:machines::jsonb)
             as machine (engine text, daemon text, name text, cpus float8, "memoryBytes" float8, devices jsonb)
         ), total as (select :maxActive::int as "maxActive")
         select * from (${sql}) as broken limit ${MOST_ROWS}`,
        { machines: json(machines), maxActive },
      );
      if (rows.length > 0) broken.push({ name, sentence, rows });
    }
    return broken;
  }
}
