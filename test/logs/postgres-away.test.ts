import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { query } from "../../src/db/query.ts";
import { FileLogStore } from "../../src/logs/file-log-store.ts";
import { addProject, openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
let postgres: TestDatabase;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-logs-"));
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});

afterEach(async () => {
  await postgres.drop();
  await rm(folder, { recursive: true });
});

test("a log goes on where its session with the database was ended while it was written", async () => {
  const logs = new FileLogStore({ folder, index: database.logs });
  const project = await addProject(database);
  const experiment = await database.experiments.create(pushed(project, "a".repeat(40)));
  const key = { experimentId: experiment?.id ?? "", step: "Building" } as const;
  const writer = await logs.open(key, []);
  const write = (text: string) => writer.write({ stream: "stdout", bytes: Buffer.from(text) });

  await postgres.knex.transaction(async (blocking) => {
    await query(blocking, `select from logs for update`);
    await write("one\n");
    await waitFor("the writer's session, which is ended", async () => {
      const ended = await query(
        postgres.knex,
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return ended.length > 0;
    });
  });
  // Where somebody waits for the end, a writer does not wait for the database.
  await waitFor(
    "the first line, by another session",
    async () => (await logs.find(key))?.stored === 4,
  );
  await write("two\n");
  await writer.seal();

  const record = await logs.find(key);
  expect(record).toMatchObject({ stored: 8, sealed: true });
});
