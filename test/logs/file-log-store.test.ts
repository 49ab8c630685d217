import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { DatabaseUnavailableError } from "../../src/core/errors.ts";
import type { LogIndex, LogStore } from "../../src/core/log-store.ts";
import { FileLogStore } from "../../src/logs/file-log-store.ts";
import {
  firstBytes,
  logStoreContract,
  out,
  randomKey,
  record,
  sha256,
  text,
  whole,
} from "../contracts/log-store.ts";
import { MemoryLogIndex } from "../support/memory-log-index.ts";

let folder: string;
let index: MemoryLogIndex;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-logs-"));
  index = new MemoryLogIndex();
});

afterEach(() => rm(folder, { recursive: true }));

const open = (capBytes?: number): LogStore => new FileLogStore({ folder, index, capBytes });

logStoreContract(
  async () => open(),
  async () => randomKey(),
);

test("a server that is killed loses nothing: the next one asks its source again for what no row tells of", async () => {
  const key = randomKey();
  const killed = await open().open(key, ["hunter22"]);
  await killed.write(out("seen hunter"));
  await firstBytes(open(), await record(open(), key), 5);
  // Killed: neither sealed nor closed, with bytes under way.
  void killed.write(out("22 not seen")).catch(() => {});
  const next = await open().open(key, ["hunter22"]);
  const source = "seen hunter22 not seen\n";

  await next.write(out(source.slice(next.position.stdout)));
  const sealed = await next.seal();

  await killed.close();
  expect(await whole(open(), key)).toBe("seen *** not seen\n");
  expect(sealed.sha256).toBe(sha256("seen *** not seen\n"));
});

test("of a log beyond its cap the beginning and the end are kept, and a line says how much is missing", async () => {
  const store = open(1600);
  const key = randomKey();
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index}\n`);
  const writer = await store.open(key, []);
  for (const line of lines) await writer.write(out(line));

  const before = await record(store, key);
  const sealed = await writer.seal();

  const kept = await whole(store, key);
  const [, head = "", missing = "", tail = ""] =
    /^(.*)\n\[(\d+) bytes were left out here: [^\n]*\]\n(.*)$/s.exec(kept) ?? [];
  const all = lines.join("");
  expect(before.stored).toBeLessThanOrEqual(1500);
  expect(all.startsWith(head)).toBe(true);
  expect(head.length).toBeGreaterThan(1480);
  expect(tail).toBe(all.slice(-100));
  expect(head.length + Number(missing) + tail.length).toBe(all.length);
  expect(sealed.sha256).toBe(sha256(kept));
});

test("a log that ends shortly behind its head is kept whole", async () => {
  const store = open(1600);
  const key = randomKey();
  const all = "0123456789".repeat(159);
  const writer = await store.open(key, []);
  for (let at = 0; at < all.length; at += 10) await writer.write(out(all.slice(at, at + 10)));

  await writer.seal();

  expect(await whole(store, key)).toBe(all);
});

test("a crash behind the cap reads the end from the source again", async () => {
  const key = randomKey();
  const all = "0123456789".repeat(1000);
  const killed = await open(1600).open(key, []);
  await killed.write(out(all.slice(0, 1000)));
  await killed.write(out(all.slice(1000, 9000)));
  await firstBytes(open(), await record(open(), key), 1000);
  const next = await open(1600).open(key, []);

  await next.write(out(all.slice(next.position.stdout)));
  await next.seal();

  await killed.close();
  const kept = await whole(open(), key);
  expect(kept.startsWith(all.slice(0, 1000))).toBe(true);
  expect(kept.endsWith(`\n${all.slice(-100)}`)).toBe(true);
  expect(kept).toContain("[8900 bytes were left out here");
});

test("while the database is away the source waits, and then everything is there", async () => {
  const away = { isAway: false, answers: Promise.withResolvers<void>() };
  const store = new FileLogStore({ folder, index: sometimesAway(index, away) });
  const key = randomKey();
  const writer = await store.open(key, []);
  await writer.write(out("before\n"));
  const found = await record(store, key);
  await firstBytes(store, found, 7);

  away.isAway = true;
  await writer.write(out("meanwhile\n"));
  await away.answers.promise;
  away.isAway = false;

  expect(await firstBytes(store, found, 17)).toBe("before\nmeanwhile\n");
  await writer.close();
});

test("bytes that a power cut took are made up for in length, saying so", async () => {
  const key = randomKey();
  const cut = await open().open(key, []);
  const all = "0123456789".repeat(20);
  await cut.write(out(all));
  await cut.close();
  const found = await record(open(), key);
  const [file = ""] = await readdir(join(folder, key.experimentId, found.id));
  await truncate(join(folder, key.experimentId, found.id, file), 30);

  const next = await open().open(key, []);
  await next.write(out("and on\n"));
  await next.seal();

  const kept = await whole(open(), key);
  expect(kept).toHaveLength(207);
  expect(kept.startsWith(`${all.slice(0, 30)}\n[170 bytes of this log were lost`)).toBe(true);
  expect(kept.endsWith(" \nand on\n")).toBe(true);
});

test("fifty takeovers without a byte leave no files", async () => {
  const key = randomKey();
  for (let turn = 0; turn < 50; turn += 1) await (await open().open(key, [])).close();
  const writer = await open().open(key, []);
  await writer.write(out("x"));
  await writer.seal();

  const { id } = await record(open(), key);
  expect(await readdir(join(folder, key.experimentId, id))).toHaveLength(1);
});

test("a reader that is slow holds the writer up in nothing, and gets everything", async () => {
  const store = open();
  const key = randomKey();
  const writer = await store.open(key, []);
  const never = new AbortController().signal;
  const followed = store.follow(await record(store, key), 0, never);
  const following = followed[Symbol.asyncIterator]();
  const block = Buffer.alloc(64 * 1024, "x");
  await writer.write({ stream: "stdout", bytes: block });
  const first = await following.next();

  for (let count = 0; count < 100; count += 1)
    await writer.write({ stream: "stdout", bytes: block });
  const sealed = await writer.seal();

  let bytes = first.value.length;
  for (let next = await following.next(); !next.done; next = await following.next())
    bytes += next.value.length;
  expect(bytes).toBe(sealed.bytes);
});

test("a log that is removed ends its followers", async () => {
  const gone = new MemoryLogIndex();
  const key = randomKey();
  const writer = await open().open(key, []);
  await writer.close();
  const found = await record(open(), key);
  const store = new FileLogStore({ folder, index: gone });

  const following = text(store.follow(found, 0, new AbortController().signal));

  await expect(following).rejects.toThrow("This log is not kept any more.");
});

const sometimesAway = (
  index: LogIndex,
  away: { readonly isAway: boolean; readonly answers: PromiseWithResolvers<void> },
): LogIndex => ({
  open: (key) => index.open(key),
  find: (key) => index.find(key),
  get: (id) => index.get(id),
  ofExperiment: (id) => index.ofExperiment(id),
  seal: (...args) => index.seal(...args),
  advance: async (id, token, to) => {
    if (!away.isAway) return index.advance(id, token, to);
    away.answers.resolve();
    throw new DatabaseUnavailableError("The database is away.");
  },
});
