import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
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

test("a move answers the run as it is found afterwards", async () => {
  const { run } = await setScene(database);

  const moved = await database.runs.advance(run, { state: "Finalizing", reason: "collecting" });

  const { asOf, ...found } = (await database.runs.find(run.id)) ?? run;
  expect(moved).toMatchObject(found);
  expect(asOf.getTime()).toBeGreaterThanOrEqual(moved.asOf.getTime());
});

test("a move answers the experiment as it is found afterwards", async () => {
  const { running } = await setScene(database);

  const { moved } = await database.experiments.advance(running, {
    step: "Running",
    status: "Failed",
  });

  expect(moved).toEqual(await database.experiments.find(running.id));
});
