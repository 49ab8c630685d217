import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Knex } from "knex";
import { DatabaseError } from "pg";

import { advisoryLocks } from "./advisory-locks.ts";
import { reasonOf } from "./caught.ts";
import { requirePostgres } from "./connect.ts";

const ownMigrations = fileURLToPath(new URL("../../migrations", import.meta.url));

/**
 * Brings the database to this version and answers with the files it ran.
 *
 * One transaction holds the lock and all files: servers that start together wait for one of them, and a failure or a
 * kill leaves the database as it was. (knex's migrator keeps its lock in a row that a kill leaves locked.)
 */
export async function migrate(knex: Knex, directory = ownMigrations): Promise<readonly string[]> {
  await requirePostgres(knex);
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).toSorted();
  return knex.transaction(async (transaction) => {
    await transaction.raw("select pg_advisory_xact_lock(?)", [advisoryLocks.migration]);
    const done = await findDone(transaction);
    refuseNewerDatabase(done, files);

    const pending = files.filter((file) => !done.includes(file));
    for (const file of pending) await run(transaction, directory, file);
    return pending;
  });
}

async function findDone(transaction: Knex.Transaction): Promise<readonly string[]> {
  await transaction.raw(
    `create table if not exists migrations (
       name text primary key,
       applied_at timestamptz not null default now()
     )`,
  );
  return transaction("migrations").orderBy("name").pluck("name");
}

function refuseNewerDatabase(done: readonly string[], files: readonly string[]): void {
  const newest = done.filter((file) => !files.includes(file)).at(-1);
  if (newest === undefined) return;
  throw new Error(
    `The database was migrated by a newer Assay (${newest}); start that version, or a later one.`,
  );
}

async function run(transaction: Knex.Transaction, directory: string, file: string): Promise<void> {
  const sql = await readFile(join(directory, file), "utf8");
  try {
    // knex would read a question mark (an operator of jsonb, a comment) as a binding.
    await transaction.raw(sql.replaceAll("?", String.raw`\?`));
  } catch (error) {
    // knex puts all of the SQL before PostgreSQL's own words.
    const reason = reasonOf(error).split(" - ").at(-1);
    throw new Error(
      `Migration ${file} failed in line ${lineOf(error, sql)}, and the database is as before: ${reason}`,
      { cause: error },
    );
  }
  await transaction("migrations").insert({ name: file });
}

const lineOf = (error: unknown, sql: string): number => {
  const position = error instanceof DatabaseError ? Number(error.position) : 0;
  return sql.slice(0, position).split("\n").length;
};
