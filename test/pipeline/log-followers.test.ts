import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import type { LogPiece } from "../../src/core/engine.ts";
import { DatabaseUnavailableError } from "../../src/core/errors.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { LogFollowers } from "../../src/pipeline/log-followers.ts";
import { pause } from "../../src/pipeline/pause.ts";
import { logKey, sealLogs } from "../../src/pipeline/run/replica-logs.ts";
import { startPlatform } from "../support/platform.ts";
import { recordingLog } from "../support/recording-log.ts";
import { setScene } from "../support/scene.ts";
import { waitFor } from "../support/wait-for.ts";

test("a database that is away as a log ends does not end the server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-followers-"));
  const { log, told } = recordingLog();
  const platform = await startPlatform({}, { engines: new Map(), log });
  const { database } = platform.ports;
  const { run } = await setScene(database);
  const away = async (): Promise<never> => {
    throw new DatabaseUnavailableError("The database does not answer.");
  };
  const followers = new LogFollowers(
    { ...platform.ports, database: { ...database, transaction: away } },
    new DummyEngine({ name: "dummy", folder }),
  );

  await followers.follow(await database.runs.attempts(run.id));

  await expect(followers.stop()).resolves.toBeUndefined();
  expect(told("debug", /taken up again/)).toHaveLength(1);
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ["ended because its container never began tells nobody", true, 0],
  ["taken over by another server is told", false, 1],
])("a log that is %s", async (_, isEnded, warnings) => {
  const folder = await mkdtemp(join(tmpdir(), "assay-followers-"));
  const { log, told } = recordingLog();
  const platform = await startPlatform({}, { engines: new Map(), log });
  const { database, logs } = platform.ports;
  const { id } = (await setScene(database)).run;
  const plan = platform.knex.raw(`jsonb_set(plan, '{replicas}', '[{ "name": "worker-0" }]')`);
  await platform.knex("runs").where({ id }).update({ plan });
  const run = await database.runs.find(id);
  const [attempt] = await database.runs.attempts(id);
  if (run === undefined || attempt === undefined) throw new Error("the scene has no attempt");
  const engine = new SlowTalker({ name: "dummy", folder });
  const followers = new LogFollowers(platform.ports, engine);
  await followers.follow([attempt]);
  await engine.asked.promise;

  if (isEnded) await sealLogs(platform.ports, run, attempt);
  else await logs.open(logKey(run, attempt, "worker-0"), []);
  engine.talks.resolve();
  await waitFor("the follower to give up", () => engine.isDone);
  await followers.stop();

  expect(told("warn", /followed by another server/)).toHaveLength(warnings);
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

test("where the engine has cut its log, the log says how much was read of it and until when it lacks", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-followers-"));
  const platform = await startPlatform({}, { engines: new Map() });
  const { database, logs } = platform.ports;
  const { id } = (await setScene(database)).run;
  const plan = platform.knex.raw(`jsonb_set(plan, '{replicas}', '[{ "name": "worker-0" }]')`);
  await platform.knex("runs").where({ id }).update({ plan });
  const run = await database.runs.find(id);
  const [attempt] = await database.runs.attempts(id);
  if (run === undefined || attempt === undefined) throw new Error("the scene has no attempt");

  const followers = new LogFollowers(platform.ports, new CutEngine({ name: "dummy", folder }));
  await followers.follow([attempt]);
  const record = await waitFor("the log's end", async () => {
    const found = await logs.find(logKey(run, attempt, "worker-0"));
    return found?.sealed === true && found;
  });

  let text = "";
  for await (const bytes of logs.read(record, { start: 0, end: Infinity }))
    text += Buffer.from(bytes).toString();
  expect(text).toBe(
    "one\n\n[The engine removed the beginning of its log: 4 bytes of it had been read. What came then is missing, up to noon.]\ntwo\n",
  );
  expect(record.raw).toEqual({ stdout: 4, stderr: 0, origin: "noon" });
  await followers.stop();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Keeps too little of what it is told. */
class CutEngine extends DummyEngine {
  override async *logs(): AsyncGenerator<LogPiece> {
    for (const [origin, text] of [
      ["morning", "one\n"],
      ["noon", "two\n"],
    ]) {
      yield { stream: "stdout", bytes: new Uint8Array(), origin };
      yield { stream: "stdout", bytes: Buffer.from(text ?? "") };
    }
  }
}

/** Says something when it is told to, and has no end. */
class SlowTalker extends DummyEngine {
  readonly asked = Promise.withResolvers<void>();
  readonly talks = Promise.withResolvers<void>();
  isDone = false;

  override async *logs(): AsyncGenerator<LogPiece> {
    this.asked.resolve();
    await this.talks.promise;
    try {
      for (;;) {
        yield { stream: "stdout", bytes: Buffer.from("here\n") };
        await pause(10, new AbortController().signal);
      }
    } finally {
      this.isDone = true;
    }
  }
}
