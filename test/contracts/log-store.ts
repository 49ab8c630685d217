import { createHash, randomUUID } from "node:crypto";

import { expect, test } from "@jest/globals";

import type { LogPiece } from "../../src/core/engine.ts";
import { LostLeaseError } from "../../src/core/errors.ts";
import type { LogKey, LogRecord, LogStore, LogWriter } from "../../src/core/log-store.ts";

/**
 * What every adapter of the port does. `open` gives a further server's store over the same logs, each time it is called;
 * `newKey` names a log that is not there yet.
 */
export function logStoreContract(
  open: () => Promise<LogStore>,
  newKey: () => Promise<LogKey>,
): void {
  test("a sealed log is what was written, in that order, and carries its hash", async () => {
    const store = await open();
    const key = await newKey();
    const writer = await store.open(key, []);

    await writer.write(out("one\n"));
    await writer.write(err("two\n"));
    await writer.write(out("10%\r20%\r\u001b[32mdone\u001b[0m\n"));
    const sealed = await writer.seal();

    const expected = "one\ntwo\n10%\r20%\r\u001b[32mdone\u001b[0m\n";
    expect(await whole(store, key)).toBe(expected);
    expect(sealed).toEqual({ bytes: Buffer.byteLength(expected), sha256: sha256(expected) });
    expect(await store.find(key)).toMatchObject({
      sealed: true,
      stored: sealed.bytes,
      sha256: sealed.sha256,
    });
  });

  test("what was written is visible before the log is sealed, on every server", async () => {
    const [here, there] = [await open(), await open()];
    const key = await newKey();
    const writer = await here.open(key, []);
    const found = await record(there, key);

    await writer.write(out("now\n"));
    const [seenHere, seenThere] = await Promise.all([
      firstBytes(here, found, 4),
      firstBytes(there, found, 4),
    ]);

    expect([seenHere, seenThere]).toEqual(["now\n", "now\n"]);
    await writer.close();
  });

  test("ranges are given as asked, and end where the log does", async () => {
    const store = await open();
    const key = await newKey();
    await writeAll(await store.open(key, []), [out("0123456789")]);

    const found = await record(store, key);

    expect(await text(store.read(found, { start: 2, end: 5 }))).toBe("234");
    expect(await text(store.read(found, { start: 8, end: 99 }))).toBe("89");
    expect(await text(store.read(found, { start: 10, end: 10 }))).toBe("");
  });

  test("the last lines begin where they begin, with or without a newline at the end", async () => {
    const store = await open();
    const endings = await Promise.all(
      ["a\nbb\nccc\n", "a\nbb\nccc", "", "\n\n", `${"x".repeat(300_000)}\ny`].map(
        async (content) => {
          const key = await newKey();
          await writeAll(await store.open(key, []), [out(content)]);
          const found = await record(store, key);
          return Promise.all([0, 1, 2, 3, 9].map((lines) => store.tailOffset(found, lines)));
        },
      ),
    );

    expect(endings).toEqual([
      [9, 5, 2, 0, 0],
      [8, 5, 2, 0, 0],
      [0, 0, 0, 0, 0],
      [2, 1, 0, 0, 0],
      [300_002, 300_001, 0, 0, 0],
    ]);
  });

  test("the next writer goes on where the last one let go, and the bytes are the same", async () => {
    const source = new Source(40);
    const key = await newKey();
    for (const stop of [7, 8, 23]) {
      const writer = await (await open()).open(key, []);
      await source.pour(writer, stop);
      await writer.close();
    }
    const store = await open();

    const writer = await store.open(key, []);
    await source.pour(writer, 40);
    const sealed = await writer.seal();

    expect(await whole(store, key)).toBe(source.text);
    expect(sealed.sha256).toBe(sha256(source.text));
  });

  test("a writer that was overtaken is refused, and spoils nothing of the next one's", async () => {
    const [before, after] = [await open(), await open()];
    const key = await newKey();
    const older = await before.open(key, []);
    await older.write(out("first\n"));
    await firstBytes(before, await record(before, key), 6);
    const newer = await after.open(key, []);
    await newer.write(out("second\n"));
    const found = await record(after, key);
    await firstBytes(after, found, 13);

    await expect(writeUntilRefused(older)).rejects.toThrow(LostLeaseError);
    await expect(older.seal()).rejects.toThrow(LostLeaseError);
    expect(await firstBytes(after, found, 13)).toBe("first\nsecond\n");
    await newer.write(out("third\n"));
    const sealed = await newer.seal();

    expect(await whole(after, key)).toBe("first\nsecond\nthird\n");
    expect(sealed.sha256).toBe(sha256("first\nsecond\nthird\n"));
  });

  test("a secret is hidden, also where it comes in two pieces, to two writers, between lines of the other stream", async () => {
    const key = await newKey();
    const secrets = ["hunter22-and-more"];
    const first = await (await open()).open(key, secrets);
    await first.write(out("password: hunter2"));
    await first.write(err("warning\n"));
    await first.close();
    const store = await open();

    const second = await store.open(key, secrets);
    await second.write(out("2-and-more, again hunter22-and-more\n"));
    await second.write(out("only its beginning: hunter22-and"));
    await second.seal();

    expect(second.position).toEqual({
      stdout:
        "password: hunter22-and-more, again hunter22-and-more\nonly its beginning: hunter22-and"
          .length,
      stderr: 8,
    });
    expect(await whole(store, key)).toBe(
      "password: warning\n***, again ***\nonly its beginning: hunter22-and",
    );
  });

  test("a follower of ten connections and two writers has every byte once, and its hash is the log's", async () => {
    const [writing, following, later] = [await open(), await open(), await open()];
    const source = new Source(400);
    const key = await newKey();
    const writer = await writing.open(key, []);
    const found = await record(following, key);
    const followed = followInTenConnections(following, found, source.text.length);

    await source.pour(writer, 150);
    await writer.close();
    const next = await later.open(key, []);
    await source.pour(next, 400);
    const sealed = await next.seal();

    expect(sha256(await followed)).toBe(sealed.sha256);
    expect(await whole(following, key)).toBe(source.text);
  });

  test("whoever follows a sealed log is given the rest of it, and then the end", async () => {
    const store = await open();
    const key = await newKey();
    await writeAll(await store.open(key, []), [out("0123456789")]);
    const found = await record(store, key);

    const never = new AbortController().signal;
    expect(await text(store.follow(found, 4, never))).toBe("456789");
    expect(await text(store.follow(found, 10, never))).toBe("");
  });

  test("a follower that is aborted while nothing happens ends with the reason", async () => {
    const store = await open();
    const key = await newKey();
    const writer = await store.open(key, []);
    const abort = new AbortController();
    const following = text(store.follow(await record(store, key), 0, abort.signal));

    abort.abort(new Error("tab closed"));

    await expect(following).rejects.toThrow("tab closed");
    await writer.close();
  });

  test("a sealed log stays as it is, whoever opens it again", async () => {
    const store = await open();
    const key = await newKey();
    const sealed = await writeAll(await store.open(key, []), [out("done\n")]);

    const writer = await store.open(key, []);
    await writer.write(out("once more\n"));

    expect(await writer.seal()).toEqual(sealed);
    expect(await whole(store, key)).toBe("done\n");
  });

  test("a log without a byte has an end as well", async () => {
    const store = await open();
    const key = await newKey();

    const sealed = await (await store.open(key, ["a secret"])).seal();

    expect(sealed).toEqual({ bytes: 0, sha256: sha256("") });
    expect(await whole(store, key)).toBe("");
  });

  test("bytes that are no text, and a line of 20 MB, are kept as they are", async () => {
    const store = await open();
    const key = await newKey();
    const binary = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a]);
    const line = Buffer.alloc(20_000_000, "x");

    const sealed = await writeAll(await store.open(key, []), [
      { stream: "stdout", bytes: binary },
      { stream: "stdout", bytes: line },
    ]);

    expect(sealed.sha256).toBe(sha256(Buffer.concat([binary, line])));
  });

  test("the logs of an experiment are removed together", async () => {
    const store = await open();
    const key = await newKey();
    await writeAll(await store.open(key, []), [out("done\n")]);
    const found = await record(store, key);

    await store.remove(key.experimentId);
    await store.remove(key.experimentId);

    await expect(text(store.read(found, { start: 0, end: 5 }))).rejects.toThrow(/removed/);
  });
}

export const randomKey = (): LogKey => ({
  experimentId: randomUUID(),
  step: "Running",
  runId: randomUUID(),
  attempt: 1,
  replica: "worker-0",
});

export const out = (line: string): LogPiece => ({ stream: "stdout", bytes: Buffer.from(line) });
export const err = (line: string): LogPiece => ({ stream: "stderr", bytes: Buffer.from(line) });

export const sha256 = (content: string | Uint8Array) =>
  createHash("sha256").update(content).digest("hex");

export async function record(store: LogStore, key: LogKey): Promise<LogRecord> {
  const found = await store.find(key);
  if (found === undefined) throw new Error("the log is not there");
  return found;
}

export async function whole(store: LogStore, key: LogKey): Promise<string> {
  const found = await record(store, key);
  return text(store.read(found, { start: 0, end: found.stored }));
}

export async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Waits until so many are visible. */
export async function firstBytes(store: LogStore, log: LogRecord, count: number): Promise<string> {
  let seen = "";
  for await (const bytes of store.follow(log, 0, new AbortController().signal)) {
    seen += Buffer.from(bytes).toString();
    if (seen.length >= count) break;
  }
  return seen;
}

async function writeAll(writer: LogWriter, pieces: readonly LogPiece[]) {
  for (const piece of pieces) await writer.write(piece);
  return writer.seal();
}

async function writeUntilRefused(writer: LogWriter): Promise<never> {
  for (;;) {
    await writer.write(err("nobody reads this\n"));
    await new Promise(setImmediate);
  }
}

/** An engine's log of one stream: gives it again from any byte on. */
class Source {
  readonly text: string;

  constructor(lineCount: number) {
    const lines = Array.from(
      { length: lineCount },
      (_, index) => `line ${index}: ${"·".repeat(index % 50)}\n`,
    );
    this.text = lines.join("");
  }

  /** From where the writer stands to the end of that line. */
  async pour(writer: LogWriter, lines: number): Promise<void> {
    const end = Buffer.byteLength(this.text.split("\n").slice(0, lines).join("\n")) + 1;
    const bytes = Buffer.from(this.text).subarray(0, end);
    for (let at = writer.position.stdout; at < bytes.length; at = writer.position.stdout) {
      await writer.write({ stream: "stdout", bytes: bytes.subarray(at, at + 100) });
      await new Promise(setImmediate);
    }
  }
}

async function followInTenConnections(store: LogStore, log: LogRecord, total: number) {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (let connection = 1; connection <= 10; connection += 1) {
    const until = connection === 10 ? Infinity : (total * connection) / 10;
    for await (const bytes of store.follow(log, offset, new AbortController().signal)) {
      parts.push(bytes);
      offset += bytes.length;
      if (offset >= until) break;
    }
  }
  return Buffer.concat(parts);
}
