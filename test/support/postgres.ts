import { randomUUID } from "node:crypto";

import type { Knex } from "knex";
import { DatabaseError } from "pg";

import { createKnex, type PostgresConnection } from "../../src/db/connect.ts";

/** Carries the connection of the run's PostgreSQL from the global setup to the test files. */
export const connectionVariable = "ASSAY_TEST_POSTGRES";
export const templateDatabase = "test_template";

export type TestDatabase = {
  readonly knex: Knex;
  readonly connection: PostgresConnection;
  readonly drop: () => Promise<void>;
};

/** A migrated database of the test's own, an installation of its own. Takes about 30 ms. */
export async function createTestDatabase(template = templateDatabase): Promise<TestDatabase> {
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer((server) => copyDatabase(server, template, database));
  const connection = { ...testServer(), database };
  // Two installations of one id would remove each other's containers. Over a connection that is not left in the pool.
  if (template === templateDatabase)
    await on(connection, (copy) => copy.raw("update installation set id = gen_random_uuid()"));
  const knex = createKnex(connection, { applicationName: "test", poolMax: 10 });
  const drop = async () => {
    await knex.destroy();
    await onServer((server) => server.raw("drop database ?? with (force)", [database]));
  };
  return { knex, connection, drop };
}

/** The run's PostgreSQL itself. */
function testServer(): PostgresConnection {
  const connection = process.env[connectionVariable];
  if (connection === undefined)
    throw new Error("The tests run by npm test, which starts PostgreSQL.");
  return JSON.parse(connection);
}

const onServer = (work: (server: Knex) => Promise<unknown>): Promise<void> =>
  on(testServer(), work);

async function on(
  connection: PostgresConnection,
  work: (knex: Knex) => Promise<unknown>,
): Promise<void> {
  const knex = createKnex(connection, { applicationName: "test", poolMax: 1 });
  try {
    await work(knex);
  } finally {
    await knex.destroy();
  }
}

/** PostgreSQL refuses to copy a database in which somebody works, be it a moment of its own vacuum. */
async function copyDatabase(server: Knex, template: string, database: string): Promise<void> {
  for (;;) {
    try {
      await server.raw("create database ?? template ??", [database, template]);
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === "55006")) throw error;
    }
  }
}
