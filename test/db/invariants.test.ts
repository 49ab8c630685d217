import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { brokenInvariants } from "../../src/pipeline/invariants.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { setScene } from "../support/scene.ts";

let postgres: TestDatabase;
let database: Database;
beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

test("what the pipeline leaves breaks nothing", async () => {
  await setScene(database);

  expect(await brokenInvariants(database)).toEqual([]);
});
