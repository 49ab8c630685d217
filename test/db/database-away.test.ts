import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Knex } from "knex";

import type { Database } from "../../src/core/database.ts";
import { ConflictError, DatabaseUnavailableError } from "../../src/core/errors.ts";
import { createKnex } from "../../src/db/connect.ts";
import { isDatabaseAway } from "../../src/db/database-away.ts";
import { query } from "../../src/db/query.ts";
import { addProject, openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { waitFor } from "../support/wait-for.ts";

let postgres: TestDatabase;
let database: Database;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

/** Ends every session of the test's database but the one that asks. */
const endSessions = (db: Knex): Promise<unknown> =>
  query(
    db,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );

test.each([
  ["nobody listens", { code: "ECONNREFUSED" }],
  ["the socket is not there", { code: "ENOENT", syscall: "connect" }],
  ["the connection broke", { code: "ECONNRESET" }],
  ["the connection failed", { code: "08006" }],
  ["it was stopped", { code: "57P01" }],
  ["it crashed", { code: "57P02" }],
  ["it is starting", { code: "57P03" }],
  ["a transaction idled for too long", { code: "25P03" }],
  ["the session ended", { message: "Connection terminated unexpectedly" }],
  [
    "it had ended before",
    { message: "select 1 - Client has encountered a connection error and is not queryable" },
  ],
  ["no connection came free", { name: "KnexTimeoutError" }],
])("a database that is away is told from a fault: %s", (_, fields) => {
  expect(isDatabaseAway(Object.assign(new Error("?"), fields))).toBe(true);
});

test.each([
  ["a wrong statement", { code: "42601" }],
  ["a file that is missing", { code: "ENOENT", syscall: "open" }],
  ["what another error caused", { cause: { code: "ECONNREFUSED" } }],
])("a fault is not a database that is away: %s", (_, fields) => {
  expect(isDatabaseAway(Object.assign(new Error("?"), fields))).toBe(false);
});

test("a statement to a server that is not there says that the database is unavailable", async () => {
  const nowhere = { ...postgres.connection, host: "/nowhere" };
  const knex = createKnex(nowhere, { applicationName: "test", poolMax: 1 });

  const answer = query(knex, "select 1");

  await expect(answer).rejects.toThrow(DatabaseUnavailableError);
  await expect(answer).rejects.toThrow(/^The database does not answer: /);
  await knex.destroy();
});

/** A session that was ended while it lay in the pool may be met once more. */
const projectsAgain = () =>
  waitFor("the database to answer", () => database.projects.list().catch(() => undefined));

test("a session that ends during a statement or between two makes a transaction unavailable, not wrong", async () => {
  const other = createKnex(postgres.connection, { applicationName: "test", poolMax: 1 });
  const during = database.transaction(async ({ projects }) => {
    await projects.list();
    await endSessions(other);
    return projects.list();
  });

  await expect(during).rejects.toThrow(DatabaseUnavailableError);
  expect(await projectsAgain()).toEqual([]);
  await other.destroy();
});

test("a session that ends before the commit makes the transaction unavailable, and nothing is kept", async () => {
  const other = createKnex(postgres.connection, { applicationName: "test", poolMax: 1 });
  const committed = database.transaction(async (stores) => {
    await addProject({ ...database, ...stores });
    await endSessions(other);
  });

  await expect(committed).rejects.toThrow(DatabaseUnavailableError);
  expect(await projectsAgain()).toEqual([]);
  await other.destroy();
});

test("what a transaction's work throws itself is thrown as it is", async () => {
  const conflict = new ConflictError("It is there already.", { cause: { code: "ECONNREFUSED" } });

  const work = database.transaction(async () => {
    throw conflict;
  });

  await expect(work).rejects.toBe(conflict);
});
