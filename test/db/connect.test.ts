import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { createKnex } from "../../src/db/connect.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(() => database.drop());

test("a connection that is cut in the middle of a transaction fails that and nothing else", async () => {
  const { knex } = database;
  const cut = knex.transaction(async (transaction) => {
    const { rows } = await transaction.raw("select pg_backend_pid() as pid");
    await knex.raw("select pg_terminate_backend(?, 5000)", [rows[0].pid]);
    await transaction.raw("select 1");
  });

  await expect(cut).rejects.toThrow(/connection/i);

  const { rows } = await knex.raw("select 1 as one");
  expect(rows).toEqual([{ one: 1 }]);
});

test("a bigint is a number, and one that no number can hold is an error", async () => {
  const { rows } = await database.knex.raw("select 9007199254740991::bigint as largest");

  expect(rows).toEqual([{ largest: Number.MAX_SAFE_INTEGER }]);
  await expect(database.knex.raw("select 9007199254740993::bigint")).rejects.toThrow(
    "The bigint 9007199254740993 does not fit a JavaScript number.",
  );
});

test("a timestamp is a Date", async () => {
  const { rows } = await database.knex.raw(
    "select '2026-02-03 04:05:06.789+01'::timestamptz as at",
  );

  expect(rows).toEqual([{ at: new Date("2026-02-03T03:05:06.789Z") }]);
});

test("a URL may name a unix socket, and the application is known by its name", async () => {
  const { host, user, password, database: name } = database.connection;
  const url = `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(host)}`;
  const knex = createKnex({ url }, { applicationName: "by-url", poolMax: 1 });

  const { rows } = await knex.raw(
    `select current_database() as name,
            current_setting('application_name') as application,
            current_setting('idle_in_transaction_session_timeout') as patience`,
  );

  expect(rows).toEqual([{ name, application: "assay:by-url", patience: "10s" }]);
  await knex.destroy();
});

test("the error of a statement shows none of its values", async () => {
  const failing = database.knex.raw("select 1 where 'x'::text = ? and missing", ["a secret"]);

  await expect(failing).rejects.toThrow(/= \$1 and missing - column "missing" does not exist/);
});
