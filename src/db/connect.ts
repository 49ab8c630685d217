import createPool, { type Knex } from "knex";
import { types } from "pg";

import { reasonOf } from "./caught.ts";

export type PostgresConnection = {
  /** A host name, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
};

/** Where the database is: an external one by its URL, or the embedded one. */
export type DatabaseAddress = { readonly url: string } | PostgresConnection;

export type KnexOptions = {
  /** Shown in pg_stat_activity as `assay:<applicationName>`. */
  readonly applicationName: string;
  readonly poolMax: number;
};

// bigint is counts and ids here: a number, or an error rather than a wrong number.
types.setTypeParser(types.builtins.INT8, toSafeInteger);

export function createKnex(
  address: DatabaseAddress,
  { applicationName, poolMax }: KnexOptions,
): Knex {
  // knex's own URL parser ignores `?host=/socket`, pg's understands it.
  const target = "url" in address ? { connectionString: address.url } : { ...address, ssl: false };
  const connection = {
    ...target,
    application_name: `assay:${applicationName}`,
    // A frozen process must not keep its row locks from the others.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    // A transaction's first statement goes out behind its beginning. knex's types do not know it, pg's do.
    pipeline: true,
  };
  return createPool({
    client: "pg",
    connection,
    pool: { min: 0, max: poolMax },
    // Values may be secrets, and messages of errors are logged: they show $1 instead.
    compileSqlOnError: false,
    // What goes wrong is thrown as well, and logged where it is handled.
    log: { warn: () => {}, error: () => {} },
  });
}

/** Throws a sentence where the database cannot be reached or is too old for our SQL. */
export async function requirePostgres(knex: Knex, minimumMajor = 15): Promise<void> {
  const version = await readVersion(knex);
  if (version.number >= minimumMajor * 10_000) return;
  throw new Error(
    `The database is PostgreSQL ${version.text}; Assay needs ${minimumMajor} or newer. Upgrade it, or unset DATABASE_URL to use the embedded PostgreSQL.`,
  );
}

async function readVersion(knex: Knex): Promise<{ number: number; text: string }> {
  try {
    const { rows } = await knex.raw(
      `select current_setting('server_version_num')::int as number,
              current_setting('server_version') as text`,
    );
    return rows[0];
  } catch (error) {
    throw new Error(
      `The database does not answer: ${reasonOf(error)}. Check DATABASE_URL and that PostgreSQL runs there.`,
      { cause: error },
    );
  }
}

function toSafeInteger(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`The bigint ${text} does not fit a JavaScript number.`);
}
