import { createHash } from "node:crypto";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import type { LogPiece, LogPosition } from "../../src/core/engine.ts";
import { EngineUnreachableError } from "../../src/core/errors.ts";
import type { DockerEngine } from "../../src/engines/docker/engine.ts";
import { DockerEngines } from "./docker-engines.ts";
import { DockerProxy } from "./docker-proxy.ts";
import { collect, FROM_THE_START, readLog, untilObserved, workload } from "./workload.ts";

let engines: DockerEngines;
let engine: DockerEngine;

beforeAll(async () => {
  engines = await DockerEngines.open();
  engine = engines.engine();
});

afterAll(() => engines.close());

test("a progress bar that never ends its line arrives live", async () => {
  const engineId = await engine.prepare(workload(String.raw`printf '50 %%\r'; sleep 60`));
  const following = new AbortController();
  const pieces = engine.logs(engineId, "worker-0", FROM_THE_START, following.signal);
  const first = pieces[Symbol.asyncIterator]().next();
  // By the time another request is answered the reader has attached.
  for (let count = 0; count < 5; count += 1) await engine.list();
  await engine.start(engineId);

  const { value } = await first;

  following.abort();
  expect(Buffer.from(value.bytes).toString()).toBe("50 %\r");
});

test("300,000 lines come through five readers byte for byte", async () => {
  const engineId = await engine.prepare(
    workload("seq 1 300000; printf 'no end of line'", { resources: { cpuLimit: 2 } }),
  );
  await engine.start(engineId);
  const digest = createHash("sha256");
  const position = { stdout: 0, stderr: 0 };

  for (const until of [100_000, 400_000, 900_000, 1_500_000, Infinity]) {
    const following = new AbortController();
    for await (const piece of engine.logs(engineId, "worker-0", position, following.signal)) {
      digest.update(piece.bytes);
      position[piece.stream] += piece.bytes.length;
      if (position.stdout >= until) break;
    }
    following.abort();
  }

  const lines = Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join("");
  expect(position).toEqual({ stdout: lines.length + 14, stderr: 0 });
  expect(digest.digest("hex")).toBe(
    createHash("sha256").update(`${lines}no end of line`).digest("hex"),
  );
});

test("a reader that fell behind what Docker keeps is told so, and given all that is left", async () => {
  const small = engines.engine({ logFileSize: "20k" });
  const engineId = await small.prepare(workload("seq 1 200; sleep 2; seq 201 5000; sleep 1"));
  await small.start(engineId);
  const first = new AbortController();
  let position: LogPosition = FROM_THE_START;
  for await (const piece of small.logs(engineId, "worker-0", position, first.signal)) {
    position = moved(position, piece);
    if (position.stdout > 0 && position.origin !== undefined) break;
  }
  first.abort();
  const { origin } = position;

  await untilObserved(small, engineId, "exited");
  let text = "";
  for await (const piece of small.logs(
    engineId,
    "worker-0",
    position,
    AbortSignal.timeout(30_000),
  )) {
    position = moved(position, piece);
    text += Buffer.from(piece.bytes).toString();
  }

  expect(position.origin).not.toBe(origin);
  expect(position.stdout).toBe(text.length);
  expect(text).toMatch(/^\d+\n(\d+\n)+5000\n$/);
  expect(text.startsWith("1\n")).toBe(false);
});

test("a slow reader loses nothing", async () => {
  const engineId = await engine.prepare(workload("seq 1 50000"));
  const pieces: LogPiece[] = [];
  const reading = (async () => {
    const { signal } = new AbortController();
    for await (const piece of engine.logs(engineId, "worker-0", FROM_THE_START, signal)) {
      pieces.push(piece);
      if (pieces.length < 10) await engine.list();
    }
  })();
  await engine.start(engineId);

  await reading;

  const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString();
  expect(text).toBe(Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`).join(""));
});

test("the last unfinished line is there for a reader who came while it ran", async () => {
  for (let trial = 0; trial < 3; trial += 1) {
    const engineId = await engine.prepare(workload("echo a; sleep 0.3; printf unfinished"));
    await engine.start(engineId);

    expect((await readLog(engine, engineId)).stdout).toBe("a\nunfinished");
  }
});

test("a program that closes its output and runs on is followed to its end", async () => {
  const engineId = await engine.prepare(workload("echo bye; exec >&- 2>&-; sleep 4"));
  const reading = readLog(engine, engineId);

  await engine.start(engineId);
  const began = Date.now();

  expect(await reading).toEqual({ stdout: "bye\n", stderr: "" });
  expect(Date.now() - began).toBeGreaterThan(3500);
});

test("a lost connection to Docker ends logs and watches with an error, and nothing hangs", async () => {
  const proxy = await DockerProxy.open(join(engines.folder, "proxy.sock"));
  const remote = engines.engine({ docker: new Dockerode({ socketPath: proxy.path }) });
  const attached = await remote.prepare(workload("echo here; sleep 60"));
  const { signal } = new AbortController();
  const hints = remote.watch(signal)[Symbol.asyncIterator]();
  await hints.next();
  const early = remote.logs(attached, "worker-0", FROM_THE_START, signal)[Symbol.asyncIterator]();
  const firstOfEarly = early.next();
  for (let count = 0; count < 5; count += 1) await remote.list();
  await remote.start(attached);
  await firstOfEarly;
  const late = remote.logs(attached, "worker-0", FROM_THE_START, signal)[Symbol.asyncIterator]();
  await late.next();

  await proxy.cut();

  await expect(rest(early)).rejects.toThrow(EngineUnreachableError);
  await expect(rest(late)).rejects.toThrow(EngineUnreachableError);
  await expect(rest(hints)).rejects.toThrow(EngineUnreachableError);
});

test("where no Docker answers, every question is answered with that", async () => {
  const docker = new Dockerode({ socketPath: join(engines.folder, "no.sock") });
  const away = engines.engine({ docker });
  const { signal } = new AbortController();

  const questions = [
    () => away.prepare(workload("true")),
    () => away.start("id"),
    () => away.stop("id", 5),
    () => away.remove("id"),
    () => away.list(),
    () => away.capacity(),
    () => away.resources("id"),
    () => collect(away.logs("id", "worker-0", FROM_THE_START, signal)),
    () => away.watch(signal)[Symbol.asyncIterator]().next(),
  ];

  for (const ask of questions) await expect(ask()).rejects.toThrow(EngineUnreachableError);
});

async function rest(iterator: AsyncIterator<unknown>): Promise<void> {
  while ((await iterator.next()).done !== true);
}

/** As a log's writer counts. */
function moved(position: LogPosition, { stream, bytes, origin }: LogPiece): LogPosition {
  const isAnother = position.origin !== undefined && origin !== undefined;
  const from = isAnother ? FROM_THE_START : position;
  return {
    ...from,
    [stream]: from[stream] + bytes.length,
    origin: origin ?? position.origin,
  };
}
