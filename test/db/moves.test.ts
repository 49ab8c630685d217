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

test("a move answers the run and its attempt as they are found afterwards", async () => {
  const { run } = await setScene(database);

  const moved = await database.runs.advance(run, { state: "Finalizing", reason: "collecting" });

  const found = await database.runs.findLive(run.id);
  if (found === undefined) throw new Error("the run is gone");
  const { asOf, ...its } = found.run;
  expect(moved.run).toMatchObject(its);
  expect(asOf.getTime()).toBeGreaterThanOrEqual(moved.run.asOf.getTime());
  expect(moved.attempt).toEqual(await database.runs.liveAttempt(run.id));
  expect(found.attempt).toEqual(moved.attempt);
});

test("a move answers the experiment as it is found afterwards", async () => {
  const { running } = await setScene(database);

  const { moved } = await database.experiments.advance(running, {
    step: "Running",
    status: "Failed",
  });

  expect(moved).toEqual(await database.experiments.find(running.id));
});
