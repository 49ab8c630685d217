import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { MOST_METRICS, MOST_POINTS, type MetricPoint } from "../../src/core/run-metrics.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { type Scene, setScene } from "../support/scene.ts";

let postgres: TestDatabase;
let database: Database;
let scene: Scene;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
  scene = await setScene(database);
});
afterEach(() => postgres.drop());

const add = (name: string, points: readonly MetricPoint[], generation = 0) =>
  database.runMetrics.add("reported", [
    { runId: scene.run.id, experimentId: scene.running.id, name, generation, points },
  ]);
const at = (...steps: readonly number[]): MetricPoint[] =>
  steps.map((step) => ({ step, value: step / 10 }));
const curve = async (name: string) => {
  const metrics = await database.runMetrics.ofRun(scene.run.id, "reported");
  return metrics.find((metric) => metric.name === name);
};
const stepsOf = async (name: string) => (await curve(name))?.points.map(({ step }) => step);

test("points are kept by step, and come twice without harm", async () => {
  await add("loss", at(1, 2, 3));
  await add("loss", at(2, 3, 4));

  expect(await stepsOf("loss")).toEqual([1, 2, 3, 4]);
  expect(await curve("loss")).toMatchObject({ value: 0.4, last: { step: 4, value: 0.4 } });
});

test("a late point of an earlier step goes to its place and is not the last", async () => {
  await add("loss", at(10));
  await add("loss", at(5));

  expect(await curve("loss")).toMatchObject({ value: 1, last: { step: 10 } });
});

test("NaN and the infinities are kept", async () => {
  await add("loss", [
    { step: 1, value: Number.NaN },
    { step: 2, value: Infinity },
    { step: 3, value: -Infinity },
  ]);

  expect((await curve("loss"))?.points.map(({ value }) => value)).toEqual([
    NaN,
    Infinity,
    -Infinity,
  ]);
});

test("a newer attempt takes back what the older one reported from where it begins", async () => {
  await add("loss", at(1, 2, 3, 4, 5), 1000);
  await add("loss", [{ step: 3, value: 7 }], 2000);
  await add("loss", [{ step: 4, value: 8 }], 2000);

  expect(await stepsOf("loss")).toEqual([1, 2, 3, 4]);
  expect(await curve("loss")).toMatchObject({ last: { step: 4, value: 8 } });
});

test("what a final file says is the value, whatever came last", async () => {
  const run = { runId: scene.run.id, experimentId: scene.running.id };
  await add("accuracy", at(1, 2));
  await database.runMetrics.setFinals(run, { accuracy: 0.97, seconds: 12 });
  await add("accuracy", at(3));

  const values = await database.runMetrics.valuesOf([scene.running.id, scene.waiting.id]);
  expect(values.get(scene.running.id)).toEqual({ accuracy: 0.97, seconds: 12 });
  expect(values.has(scene.waiting.id)).toBe(false);
});

test("a curve of any length is thinned, and loses no peak", async () => {
  const total = 10 * MOST_POINTS;
  const values = Array.from({ length: total }, (_, step) => ({ step, value: step % 7 }));
  values[777] = { step: 777, value: 1000 };
  values[total - 500] = { step: total - 500, value: -1000 };
  values[4321] = { step: 4321, value: Number.NaN };
  for (let start = 0; start < total; start += 2000)
    await add("loss", values.slice(start, start + 2000));

  const points = (await curve("loss"))?.points ?? [];
  expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
  expect(points.length).toBeGreaterThan(1000);
  expect(points).toEqual(
    expect.arrayContaining([
      values[0],
      values[777],
      values[4321],
      values[total - 500],
      values[total - 1],
    ]),
  );
  const [{ count } = { count: 0 }] = await postgres.knex("metric_points").count();
  expect(Number(count)).toBe(points.length);
});

test("a run has room for so many names, and says which were too many", async () => {
  const parts = Array.from({ length: MOST_METRICS.reported + 2 }, (_, index) => ({
    runId: scene.run.id,
    experimentId: scene.running.id,
    name: `m${String(index).padStart(4, "0")}`,
    generation: 0,
    points: at(1),
  }));

  expect(await database.runMetrics.add("reported", parts)).toEqual(["m0200", "m0201"]);
  expect(await add("m0000", at(2))).toEqual([]);
  expect(await stepsOf("m0000")).toEqual([1, 2]);
});

test("twenty writers at once lose no point", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, writer) =>
      database.transaction(({ runMetrics }) =>
        runMetrics.add(
          "reported",
          ["b", "a"].map((name) => ({
            runId: scene.run.id,
            experimentId: scene.running.id,
            name,
            generation: 0,
            points: at(writer),
          })),
        ),
      ),
    ),
  );

  expect(await stepsOf("a")).toHaveLength(20);
  expect(await stepsOf("b")).toHaveLength(20);
});

test("who read a file from where it was read before moves on; who is late changes nothing", async () => {
  const { runMetrics } = database;
  const first = { read: 10, lines: 1, skipped: 0, before: "0a", generation: 1000 };
  const second = { ...first, read: 20, lines: 2 };

  expect(await runMetrics.advanceFile(scene.run.id, undefined, first)).toBe(true);
  expect(await runMetrics.advanceFile(scene.run.id, undefined, second)).toBe(false);
  expect(await runMetrics.advanceFile(scene.run.id, first, second)).toBe(true);
  expect(await runMetrics.advanceFile(scene.run.id, first, second)).toBe(false);
  expect(await runMetrics.file(scene.run.id)).toEqual(second);
});

test("the list is sorted by a metric, page by page, without those that have none or NaN", async () => {
  const { experiments, runMetrics } = database;
  await add("accuracy", [{ step: 1, value: 0.5 }]);
  const [other] = await database.runs.ofExperiment(scene.succeeded.id);
  if (other === undefined) throw new Error("it has no run");
  await runMetrics.setFinals(
    { runId: other.id, experimentId: other.experimentId },
    { accuracy: 0.7 },
  );
  const page = (order: `-metric.${string}` | `metric.${string}`, cursor?: string) =>
    experiments.list({}, { limit: 1, order, cursor });

  const best = await page("-metric.accuracy");
  const next = await page("-metric.accuracy", best.nextCursor);
  const worst = await page("metric.accuracy");

  expect(best.items.map(({ id }) => id)).toEqual([scene.succeeded.id]);
  expect(next.items.map(({ id }) => id)).toEqual([scene.running.id]);
  expect(next.nextCursor).toBeUndefined();
  expect(worst.items.map(({ id }) => id)).toEqual([scene.running.id]);
  await add("accuracy", [{ step: 2, value: Number.NaN }]);
  expect((await experiments.list({}, { limit: 9, order: "metric.accuracy" })).items).toHaveLength(
    1,
  );
});

test("the list is narrowed down by metrics and parameters", async () => {
  const { experiments } = database;
  await add("accuracy", [{ step: 1, value: 0.5 }]);
  await postgres
    .knex("experiments")
    .where({ id: scene.waiting.id })
    .update({ params: JSON.stringify({ lr: 0.1, model: "small", depth: "07" }) });
  const found = async (of: "metric" | "param", name: string, comparison: string, value: string) => {
    const known = ([">=", "<=", "!=", "=", ">", "<"] as const).find((one) => one === comparison);
    const conditions = [{ of, name, comparison: known ?? "=", value }];
    return (await experiments.list({ conditions }, { limit: 9 })).items.map(({ id }) => id);
  };

  expect(await found("metric", "accuracy", ">=", "0.5")).toEqual([scene.running.id]);
  expect(await found("metric", "accuracy", ">", "0.5")).toEqual([]);
  expect(await found("param", "lr", "<", "0.2")).toEqual([scene.waiting.id]);
  expect(await found("param", "lr", "=", "0.10")).toEqual([scene.waiting.id]);
  expect(await found("param", "model", "=", "small")).toEqual([scene.waiting.id]);
  expect(await found("param", "depth", ">", "6")).toEqual([scene.waiting.id]);
  expect(await found("param", "model", ">", "6")).toEqual([]);
});

test("metrics go with their experiment", async () => {
  await add("loss", at(1, 2));
  await database.runMetrics.remove(scene.running.id);

  for (const table of ["metrics", "metric_points", "metric_files"]) {
    const [{ count } = { count: 1 }] = await postgres.knex(table).count();
    expect(`${table} ${count}`).toBe(`${table} 0`);
  }
});
