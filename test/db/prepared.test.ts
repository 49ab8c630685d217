import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { query } from "../../src/db/query.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;

beforeEach(async () => {
  postgres = await createTestDatabase();
  await postgres.knex.raw("create table things (name text); insert into things values ('a')");
});
afterEach(() => postgres.drop());

const things = (): Promise<readonly object[]> => query(postgres.knex, "select * from things");

test("a statement is prepared once a connection, and again where a newer server has changed its table", async () => {
  await things();
  const { rows } = await postgres.knex.raw(
    "select count(*)::int as count from pg_prepared_statements where statement = 'select * from things'",
  );
  expect(rows).toEqual([{ count: 1 }]);

  await postgres.knex.raw("alter table things add column size int default 3");

  expect(await things()).toEqual([{ name: "a", size: 3 }]);
});
