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

/**
 * Log ingest by 20 writers with their rows in the embedded PostgreSQL (durable, as in production), from a line to its
 * subscriber, and the last page of a log of 1 GB. The floor is what 20 plain files take in the same run.
 *
 *   npm run bench -- logs [seconds]
 */
const seconds = Number(process.argv[3] ?? 3);
const WRITERS = 20;
const PIECE_BYTES = 16 * 1024;

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

  console.log(`floor: ${WRITERS} plain files            ${await plainFiles()} MB/s`);
  console.log(
    `${WRITERS} writers, no secrets           ${await ingest(server(), newKey, [])} MB/s`,
  );
  const secrets = ["correct-horse-battery", "AKIA1234567890ABCDEF", "multi\nline\nsecret"];
  console.log(
    `${WRITERS} writers, 3 secrets            ${await ingest(server(), newKey, secrets)} MB/s`,
  );
  const here = server();
  console.log(`line → subscriber, same server     ${await latency(here, here, newKey)}`);
  console.log(`line → subscriber, another server  ${await latency(server(), server(), newKey)}`);
  console.log(`last 100 lines of a log of 1 GB    ${await lastPage(server(), await newKey())}`);
} finally {
  await knex.destroy();
  await postgres.stop();
  await rm(folder, { recursive: true });
}

/** As a training prints. */
function piece(): Uint8Array {
  const lines = Array.from(
    { length: 1000 },
    (_, step) => `step ${step} loss=${(1 / (step + 1)).toFixed(6)} lr=0.001 ok\n`,
  );
  return Buffer.from(lines.join("").slice(0, PIECE_BYTES));
}

/** MB/s of all writers together. */
async function together(write: (bytes: Uint8Array, until: () => boolean) => Promise<number>) {
  const bytes = piece();
  const start = performance.now();
  const isOver = () => performance.now() - start > seconds * 1000;
  const written = await Promise.all(Array.from({ length: WRITERS }, () => write(bytes, isOver)));
  const total = written.reduce((sum, count) => sum + count, 0);
  return Math.round(total / 1e6 / ((performance.now() - start) / 1000));
}

function plainFiles(): Promise<number> {
  return together(async (bytes, isOver) => {
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
): Promise<number> {
  const keys = await Promise.all(Array.from({ length: WRITERS }, newKey));
  const writers = await Promise.all(keys.map((key) => store.open(key, secrets)));
  const waiting = [...writers];
  const rate = await together(async (bytes, isOver) => {
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
): Promise<string> {
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
  const sorted = all.flat().toSorted((one, other) => one - other);
  const at = (share: number) => `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)} ms`;
  return `median ${at(0.5)}, p95 ${at(0.95)} (n = ${sorted.length})`;
}

async function lastPage(store: LogStore, key: LogKey): Promise<string> {
  const writer = await store.open(key, []);
  const bytes = piece();
  while (writer.position.stdout < 1e9) await writer.write({ stream: "stdout", bytes });
  await writer.close();
  const start = performance.now();
  const offset = await store.tailOffset(writer.record, 100);
  let page = 0;
  for await (const block of store.read(writer.record, { start: offset, end: Infinity }))
    page += block.length;
  return `${(performance.now() - start).toFixed(1)} ms (${page} bytes)`;
}
