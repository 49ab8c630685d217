import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { DummyEngine } from "../../src/engines/dummy.ts";
import { toProgram } from "../../src/engines/dummy/program.ts";
import { type EnginesUnderTest, engineContract } from "../contracts/engine.ts";
import { exitCodesOf, readLog, runToEnd, untilObserved, workload } from "./workload.ts";

let folder: string;
let engines: EnginesUnderTest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-dummy-"));
  const open = (name: string) => new DummyEngine({ name: "dummy", folder: join(folder, name) });
  engines = { engine: open("mine"), otherServer: open("mine"), stranger: open("theirs") };
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("the dummy engine as an engine", () => {
  engineContract(() => engines);
});

test("what runs goes on while no server does, and ends when it would have", async () => {
  const shared = join(folder, "restart");
  const before = new DummyEngine({ name: "dummy", folder: shared });
  const engineId = await before.prepare(workload("sleep 0.3; echo done; exit 2"));
  await before.start(engineId);

  const after = new DummyEngine({ name: "dummy", folder: shared });
  const observation = await untilObserved(after, engineId, "exited");

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 2 });
  expect((await readLog(after, engineId)).stdout).toBe("done\n");
});

test("starts are counted, so that a second one could not hide", async () => {
  const engine = new DummyEngine({ name: "dummy", folder: join(folder, "counted") });
  const asked = workload("true");
  const { engineId } = await runToEnd(engine, asked);
  await engine.start(engineId);
  expect((await engine.starts()).get(asked.attemptId)).toBe(1);

  await engine.remove(engineId);
  await runToEnd(engine, asked);

  expect((await engine.starts()).get(asked.attemptId)).toBe(2);
});

test("a line that a server is still writing is read when it is whole", async () => {
  const engine = new DummyEngine({ name: "dummy", folder: join(folder, "torn") });
  const attemptId = await engine.prepare(workload("exit 6"));
  const line = `${JSON.stringify({ kind: "started", attemptId, at: Date.now() })}\n`;

  await appendFile(join(folder, "torn", "journal"), line.slice(0, 20));
  expect((await engine.list())[0]?.observation.kind).toBe("prepared");
  await appendFile(join(folder, "torn", "journal"), line.slice(20));

  expect((await engine.list())[0]?.observation.kind).toBe("exited");
});

test("ten thousand workloads are listed", async () => {
  const engine = new DummyEngine({ name: "dummy", folder: join(folder, "many") });
  for (let count = 0; count < 10_000; count += 1) await engine.prepare(workload("sleep 60"));

  const listed = await engine.list();

  expect(listed.length).toBe(10_000);
});

describe("the language of the dummy engine", () => {
  test("it reads what a shell would run", () => {
    const program = toProgram(
      'echo "hi $NAME"; sleep 1.5 && echo ${NAME} >&2; exit 3; echo never',
      {
        NAME: "Ada",
      },
    );

    expect(program).toMatchObject({
      output: [
        { atMilliseconds: 0, stream: "stdout", text: "hi Ada\n" },
        { atMilliseconds: 1500, stream: "stderr", text: "Ada\n" },
      ],
      endsAtMilliseconds: 1500,
      exitCode: 3,
    });
  });

  test("after a failure, && leaves out and ; goes on", () => {
    expect(toProgram("false && echo skipped; echo goes on", {})).toMatchObject({
      output: [{ text: "goes on\n" }],
      exitCode: 0,
    });
    expect(toProgram("true; false", {}).exitCode).toBe(1);
  });

  test("what it does not know it names, and succeeds", () => {
    expect(toProgram("cd src && python train.py", {})).toMatchObject({
      output: [{ text: "would run: cd src\n" }, { text: "would run: python train.py\n" }],
      exitCode: 0,
    });
  });

  test("variables decide where they are set", () => {
    const env = {
      DUMMY_SECONDS: "2",
      DUMMY_EXIT_CODES: "1,0",
      DUMMY_LOG_LINES: "3",
      DUMMY_IGNORE_STOP: "1",
    };

    expect(toProgram("python train.py", { ...env, ASSAY_ATTEMPT: "1" })).toMatchObject({
      logLines: 3,
      endsAtMilliseconds: 2000,
      exitCode: 1,
      ignoresStop: true,
    });
    expect(toProgram("true", { ...env, ASSAY_ATTEMPT: "2" }).exitCode).toBe(0);
    expect(toProgram("true", { ...env, ASSAY_ATTEMPT: "7" }).exitCode).toBe(0);
    expect(toProgram("true", { DUMMY_OUT_OF_MEMORY: "1" })).toMatchObject({
      exitCode: 137,
      outOfMemory: true,
    });
  });
});
