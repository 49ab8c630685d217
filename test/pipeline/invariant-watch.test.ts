import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import type { Metrics } from "../../src/core/metrics.ts";
import { InvariantWatch } from "../../src/pipeline/invariant-watch.ts";
import { brokenInvariants } from "../../src/pipeline/invariants.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { recordingLog } from "../support/recording-log.ts";
import { setScene } from "../support/scene.ts";

let postgres: TestDatabase;
let database: Database;
beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

/** The last value of each invariant's figure. */
function figures(): { readonly metrics: Metrics; readonly shown: Map<string, number> } {
  const shown = new Map<string, number>();
  const ignore = (): void => undefined;
  const set: Metrics["set"] = (_, value, { invariant = "" } = {}) => shown.set(invariant, value);
  return { metrics: { count: ignore, observe: ignore, set }, shown };
}

test("an invariant that is broken is an error with its rows, once, and told again when it holds", async () => {
  const { waiting } = await setScene(database);
  const { log, told } = recordingLog();
  const { metrics, shown } = figures();
  const watch = new InvariantWatch({
    database,
    engines: new Map(),
    log,
    metrics,
    maxActive: undefined,
  });
  const name = "active-experiment-has-job";

  await watch.ask();
  expect([...shown.values()].every((value) => value === 0)).toBe(true);
  await postgres.knex("jobs").where({ subject_id: waiting.id }).delete();
  await watch.ask();
  await watch.ask();

  expect(shown.get(name)).toBe(1);
  expect(told("error", /invariant is broken/)).toEqual([
    expect.objectContaining({
      invariant: name,
      rows: [expect.objectContaining({ experiment_id: waiting.id })],
    }),
  ]);

  await database.queue.push("experiment", waiting.id);
  await watch.ask();
  await watch.ask();

  expect(shown.get(name)).toBe(0);
  expect(told("info", /holds again/)).toEqual([{ invariant: name }]);
});

test("a server that no longer asks shows nothing of what it knew", async () => {
  const { waiting } = await setScene(database);
  await postgres.knex("jobs").where({ subject_id: waiting.id }).delete();
  const { metrics, shown } = figures();
  const watch = new InvariantWatch({
    database,
    engines: new Map(),
    log: recordingLog().log,
    metrics,
    maxActive: undefined,
  });
  await watch.ask();

  watch.rest();

  expect([...shown.values()].every((value) => value === 0)).toBe(true);
});

test("an engine that does not answer is held against nothing", async () => {
  await setScene(database);
  const daemon = async (): Promise<undefined> => undefined;
  const silent = { name: "dummy", daemon, capacity: () => Promise.reject(new Error("no answer")) };
  const small = {
    name: "dummy",
    daemon,
    capacity: async () => [{ name: "one", cpus: 0.5, memoryBytes: 1, devices: [] }],
  };

  for (const engine of [silent, small]) {
    const broken = await brokenInvariants(database, new Map([["dummy", engine]]));
    expect(broken.map(({ name }) => name)).toEqual(engine === silent ? [] : ["capacity-kept"]);
  }
});
