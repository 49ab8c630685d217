import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { createKnex, requirePostgres } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase("template0");
  directory = await mkdtemp(join(tmpdir(), "migrations-"));
  await addMigration("0001_fruits.sql", "create table fruits (name text);");
});

afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const addMigration = (name: string, sql: string) => writeFile(join(directory, name), sql);

test("migrations run once each, in the order of their names", async () => {
  await addMigration("0010_pears.sql", "insert into fruits values ('pear');");
  await addMigration("0002_apples.sql", "insert into fruits values ('apple');");
  await addMigration("README.md", "not a migration");

  const first = await migrate(database.knex, directory);
  const second = await migrate(database.knex, directory);

  expect(first).toEqual(["0001_fruits.sql", "0002_apples.sql", "0010_pears.sql"]);
  expect(second).toEqual([]);
  expect(await database.knex("fruits").pluck("name")).toEqual(["apple", "pear"]);
});

test("of two servers that start at once, one migrates and the other waits", async () => {
  await addMigration("0002_apples.sql", "select pg_sleep(0.3); insert into fruits values ('a');");

  const both = await Promise.all([
    migrate(database.knex, directory),
    migrate(database.knex, directory),
  ]);

  expect(both).toContainEqual(["0001_fruits.sql", "0002_apples.sql"]);
  expect(both).toContainEqual([]);
  expect(await database.knex("fruits").pluck("name")).toEqual(["a"]);
});

test("a database that a newer Assay migrated is refused and left as it is", async () => {
  await addMigration("0042_plums.sql", "insert into fruits values ('plum');");
  await migrate(database.knex, directory);
  await rm(join(directory, "0042_plums.sql"));
  await addMigration("0002_apples.sql", "insert into fruits values ('apple');");

  const older = migrate(database.knex, directory);

  await expect(older).rejects.toThrow(
    "The database was migrated by a newer Assay (0042_plums.sql); start that version, or a later one.",
  );
  expect(await database.knex("fruits").pluck("name")).toEqual(["plum"]);
});

test("a migration that fails is named, and leaves nothing of the upgrade behind", async () => {
  await addMigration("0002_wrong.sql", "-- wrong\ninsert into vegetables values ('leek');");

  await expect(migrate(database.knex, directory)).rejects.toThrow(
    'Migration 0002_wrong.sql failed in line 2, and the database is as before: relation "vegetables" does not exist',
  );

  expect(await database.knex.schema.hasTable("fruits")).toBe(false);
});

test("a question mark in a migration is a question mark", async () => {
  await addMigration(
    "0002_json.sql",
    `-- why?\ninsert into fruits select '?' where '{"a":1}' ? 'a';`,
  );

  await migrate(database.knex, directory);

  expect(await database.knex("fruits").pluck("name")).toEqual(["?"]);
});

test("a PostgreSQL that is too old is refused", async () => {
  await expect(requirePostgres(database.knex, 99)).rejects.toThrow(
    /^The database is PostgreSQL \d+.*; Assay needs 99 or newer\. Upgrade it/,
  );
});

test("a database that does not answer is named as the trouble", async () => {
  const url = "postgres://nobody@127.0.0.1:1/none";
  const knex = createKnex({ url }, { applicationName: "test", poolMax: 1 });

  await expect(migrate(knex, directory)).rejects.toThrow(
    /^The database does not answer: .*ECONNREFUSED.* Check DATABASE_URL/,
  );

  await knex.destroy();
});
