import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import type { MetricSource } from "../../src/core/run-metrics.ts";
import { readFile } from "../../src/pipeline/metrics/read-file.ts";
import { readMetricsToEnd } from "../../src/pipeline/metrics/read-to-end.ts";
import { FilesystemObjectStore } from "../../src/storage/filesystem.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { recordingLog } from "../support/recording-log.ts";
import { type Scene, setScene } from "../support/scene.ts";

let postgres: TestDatabase;
let database: Database;
let scene: Scene;
let folder: string;
let output: string;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
  scene = await setScene(database);
  folder = await mkdtemp(join(tmpdir(), "assay-metrics-"));
  output = join(folder, "digits", "output", "output", scene.running.id);
  await mkdir(output, { recursive: true });
});
afterEach(async () => {
  await postgres.drop();
  await rm(folder, { recursive: true });
});

const ports = () => ({ database, buckets: new FilesystemObjectStore({ folder }) });
const source = async (): Promise<MetricSource> => {
  const [found] = await database.runMetrics.sources([scene.run.id]);
  if (found === undefined) throw new Error("the run is not there");
  return found;
};
const read = async (attempt = 1) => readFile(ports(), { ...(await source()), attempt }, false);
const write = (text: string) => appendFile(join(output, "metrics.jsonl"), text);
const line = (step: number, loss: number) => `${JSON.stringify({ step, loss })}\n`;
const points = async () => {
  const [loss] = await database.runMetrics.ofRun(scene.run.id, "reported", ["loss"]);
  return (loss?.points ?? []).map(({ step, value }) => [step, value]);
};

test("what a program appends is read as it comes, a torn line once it is whole", async () => {
  await write(line(1, 3) + '{"step":2,"lo');
  await read();
  expect(await points()).toEqual([[1, 3]]);

  await write('ss":2}\n');
  await read();

  expect(await points()).toEqual([
    [1, 3],
    [2, 2],
  ]);
  expect(await database.runMetrics.file(scene.run.id)).toMatchObject({ lines: 2, skipped: 0 });
});

test("a file that has not grown is not asked for twice", async () => {
  await write(line(1, 3));

  expect([await read(), await read()]).toEqual([true, false]);
});

test("the last line counts at the end, also without its end", async () => {
  await write(line(1, 3) + '{"step":2,"loss":1}');
  const { log } = recordingLog();

  await readMetricsToEnd({ ...ports(), log }, scene.running);
  await readMetricsToEnd({ ...ports(), log }, scene.running);

  expect(await points()).toEqual([
    [1, 3],
    [2, 1],
  ]);
});

test("a server that is killed while it stores has stored all of it or nothing, and the next one goes on", async () => {
  await write(line(1, 3) + line(2, 2));
  const dying: Database = {
    ...database,
    transaction: (work) =>
      database.transaction(async (stores) => {
        await work(stores);
        throw new Error("killed before the commit");
      }),
  };

  await expect(readFile({ ...ports(), database: dying }, await source(), false)).rejects.toThrow(
    "killed",
  );
  expect(await points()).toEqual([]);
  await read();

  expect(await points()).toHaveLength(2);
});

test("two servers that read at once store each line once", async () => {
  await write(Array.from({ length: 500 }, (_, step) => line(step, step)).join(""));

  await Promise.all(Array.from({ length: 6 }, () => read()));

  expect(await points()).toHaveLength(500);
  expect(await database.runMetrics.file(scene.run.id)).toMatchObject({ lines: 500 });
});

test("a file that was begun anew replaces what it said before", async () => {
  await write(line(1, 9) + line(2, 9) + line(3, 9));
  await read();
  await writeFile(join(output, "metrics.jsonl"), line(1, 1) + line(2, 1));
  await read();

  expect(await points()).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test("an attempt that goes on from a checkpoint takes back what lay beyond it", async () => {
  await write([1, 2, 3, 4].map((step) => line(step, 9)).join(""));
  await read(1);
  await write(line(3, 1));
  await read(2);
  await write(line(4, 1));
  await read(2);

  expect(await points()).toEqual([
    [1, 9],
    [2, 9],
    [3, 1],
    [4, 1],
  ]);
});

test("a line of megabytes is passed over, and what follows is read", async () => {
  await write(`{"step":1,"text":"${"x".repeat(3 * 2 ** 20)}"}\n${line(2, 1)}`);
  await read();

  expect(await points()).toEqual([[2, 1]]);
});

test("a file of any length is read to their end, with their peaks, into a curve that is bounded", async () => {
  const lines = Array.from({ length: 200_000 }, (_, step) =>
    line(step, step === 154_321 ? 77 : Math.round(1e6 / (step + 1)) / 1e6),
  );
  await write(lines.join(""));

  await read();

  const stored = await points();
  expect(await database.runMetrics.file(scene.run.id)).toMatchObject({ lines: 200_000 });
  expect(stored.length).toBeLessThanOrEqual(6000);
  expect(stored).toContainEqual([154_321, 77]);
  expect(stored.at(-1)?.[0]).toBe(199_999);
});

test("the numbers of metrics.json are the final values, NaN included", async () => {
  await writeFile(
    join(output, "metrics.json"),
    '{ "accuracy": 0.97, "loss": NaN, "params": { "lr": 0.1 }, "history": [1, 2] }',
  );
  const { log } = recordingLog();

  await readMetricsToEnd({ ...ports(), log }, scene.running);

  const values = await database.runMetrics.valuesOf([scene.running.id]);
  expect(values.get(scene.running.id)).toEqual({ accuracy: 0.97, loss: NaN });
});

test("an experiment that wrote no metrics costs the database nothing", async () => {
  const { log, told } = recordingLog();
  const untouched = new Proxy(database, {
    get: (_, name) => {
      throw new Error(`it asks for ${String(name)}`);
    },
  });

  await readMetricsToEnd({ ...ports(), database: untouched, log }, scene.running);

  expect(told("warn", /./)).toEqual([]);
});

test("a link in place of the file is not followed", async () => {
  const secret = join(folder, "secret");
  await writeFile(secret, line(1, 1));
  await symlink(secret, join(output, "metrics.jsonl"));

  const { log, told } = recordingLog();

  await readMetricsToEnd({ ...ports(), log }, scene.running);

  expect(await points()).toEqual([]);
  expect(told("warn", /metrics could not be read/)).toHaveLength(1);
});
