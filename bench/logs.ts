import { randomUUID } from "node:crypto";
import { mkdtemp, open, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { LogKey, LogStore } from "../src/core/log-store.ts";
import { createKnex } from "../src/db/connect.ts";
import { EmbeddedPostgres } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { FileLogStore } from "../src/logs/file-log-store.ts";
import { addProject, openStores, pushed } from "../test/support/database.ts";
import { type Figure, median, quantile } from "./figure.ts";

const WRITERS = 20;
const PIECE_BYTES = 16 * 1024;

/**
 * Log ingest by 20 writers with their rows in the embedded PostgreSQL (durable, as in production), from a line to its
 * subscriber, and the last page of a log of 1 GB. The floor is what 20 plain files take in the same run.
 *
 *   npm run bench -- logs [seconds]
 */
export async function logs(seconds = 3): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "assay-bench-"));
  const postgres = new EmbeddedPostgres({ folder: join(folder, "postgres") });
  const connection = await postgres.start();
  const knex = createKnex(connection, { applicationName: "bench", poolMax: 10 });
  try {
    await migrate(knex);
    const database = await openStores({ knex, connection, drop: async () => {} });
    const project = await addProject(database);
    let commits = 0;
    const newKey = async (): Promise<LogKey> => {
      const commit = String((commits += 1)).padStart(40, "0");
      const experiment = await database.experiments.create(pushed(project, commit));
      if (experiment === undefined) throw new Error("The experiment was not made.");
      return { experimentId: experiment.id, step: "Running" };
    };
    const server = () => new FileLogStore({ folder: join(folder, "logs"), index: database.logs });
    const floor = await plainFiles(folder, seconds);
    const plain = await ingest(server(), newKey, [], seconds);
    const masked = await ingest(server(), newKey, SECRETS, seconds);
    const here = server();
    const same = await latency(here, here, newKey, seconds);
    const another = await latency(server(), server(), newKey, seconds);
    const page = await lastPage(server(), await newKey());
    return [
      {
        figure: `log ingest, ${WRITERS} writers`,
        target: "≥ 300 MB/s",
        ours: `${plain} MB/s, with three secrets masked ${masked}`,
        beside: `${WRITERS} plain files: ${floor} MB/s`,
        reached: plain >= 300,
      },
      {
        figure: "line → subscriber",
        target: "p95 ≤ 50 ms",
        ours: `${told(same)}; on another server ${told(another)}`,
        beside: "",
        reached: quantile(another, 0.95) <= 50,
      },
      {
        figure: "last 100 lines of a log of 1 GB",
        target: "< 1 s",
        ours: `${page.toFixed(0)} ms`,
        beside: "",
        reached: page < 1000,
      },
    ];
  } finally {
    await knex.destroy();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

const SECRETS = ["correct-horse-battery", "AKIA1234567890ABCDEF", "multi\nline\nsecret"];

const told = (times: readonly number[]): string =>
  `p50 ${median(times).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} (n = ${times.length})`;

/** As a training prints. */
function piece(): Uint8Array {
  const lines = Array.from(
    { length: 1000 },
    (_, step) => `step ${step} loss=${(1 / (step + 1)).toFixed(6)} lr=0.001 ok\n`,
  );
  return Buffer.from(lines.join("").slice(0, PIECE_BYTES));
}

/** MB/s of all writers together. */
async function together(
  seconds: number,
  write: (bytes: Uint8Array, until: () => boolean) => Promise<number>,
): Promise<number> {
  const bytes = piece();
  const start = performance.now();
  const isOver = () => performance.now() - start > seconds * 1000;
  const written = await Promise.all(Array.from({ length: WRITERS }, () => write(bytes, isOver)));
  const total = written.reduce((sum, count) => sum + count, 0);
  return Math.round(total / 1e6 / ((performance.now() - start) / 1000));
}

function plainFiles(folder: string, seconds: number): Promise<number> {
  return together(seconds, async (bytes, isOver) => {
    const path = join(folder, randomUUID());
    const file = await open(path, "w");
    const block = Buffer.concat([bytes, bytes, bytes, bytes]);
    let total = 0;
    for (; !isOver(); total += block.length) await file.write(block);
    await file.close();
    await rm(path);
    return total;
  });
}

async function ingest(
  store: LogStore,
  newKey: () => Promise<LogKey>,
  secrets: readonly string[],
  seconds: number,
): Promise<number> {
  const keys = await Promise.all(Array.from({ length: WRITERS }, newKey));
  const writers = await Promise.all(keys.map((key) => store.open(key, secrets)));
  const waiting = [...writers];
  const rate = await together(seconds, async (bytes, isOver) => {
    const writer = waiting.pop();
    if (writer === undefined) return 0;
    while (!isOver()) await writer.write({ stream: "stdout", bytes });
    await writer.close();
    return writer.record.stored;
  });
  for (const key of keys) await store.remove(key.experimentId);
  return rate;
}

async function latency(
  writing: LogStore,
  reading: LogStore,
  newKey: () => Promise<LogKey>,
  seconds: number,
): Promise<readonly number[]> {
  const rounds = Math.ceil((seconds * 1000) / 25);
  const all = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const key = await newKey();
      const writer = await writing.open(key, []);
      const sent: number[] = [];
      const taken: number[] = [];
      const follower = (async () => {
        const never = new AbortController().signal;
        for await (const bytes of reading.follow(writer.record, 0, never))
          for (const byte of bytes)
            if (byte === 0x0a) taken.push(performance.now() - (sent[taken.length] ?? 0));
      })();
      for (let round = 0; round < rounds; round += 1) {
        sent.push(performance.now());
        await writer.write({ stream: "stdout", bytes: Buffer.from(`line ${round}\n`) });
        await sleep(Math.random() * 50);
      }
      await writer.seal();
      await follower;
      return taken;
    }),
  );
  return all.flat();
}

/** In milliseconds. */
async function lastPage(store: LogStore, key: LogKey): Promise<number> {
  const writer = await store.open(key, []);
  const bytes = piece();
  while (writer.position.stdout < 1e9) await writer.write({ stream: "stdout", bytes });
  await writer.close();
  const start = performance.now();
  const offset = await store.tailOffset(writer.record, 100);
  let bytesRead = 0;
  for await (const block of store.read(writer.record, { start: offset, end: Infinity }))
    bytesRead += block.length;
  if (bytesRead === 0) throw new Error("The last page is empty.");
  return performance.now() - start;
}
