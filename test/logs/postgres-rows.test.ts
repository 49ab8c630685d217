import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import type { LogKey } from "../../src/core/log-store.ts";
import { FileLogStore } from "../../src/logs/file-log-store.ts";
import { logStoreContract } from "../contracts/log-store.ts";
import { addProject, openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

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

logStoreContract(async () => new FileLogStore({ folder, index: database.logs }), newKey);

let projects = 0;

async function newKey(): Promise<LogKey> {
  const project = await addProject(database, `digits-${(projects += 1)}`);
  const experiment = await database.experiments.create(pushed(project, "a".repeat(40)));
  if (experiment === undefined) throw new Error("the experiment was not made");
  return { experimentId: experiment.id, step: "Building" };
}
