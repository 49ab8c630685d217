import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { ListedWorkload } from "../../src/core/engine.ts";
import type { Leases } from "../../src/core/lease.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { workload } from "../engines/workload.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
let platform: TestPlatform;
let engine: CountingEngine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-sweep-"));
  engine = new CountingEngine({ name: "dummy", folder });
});
afterEach(async () => {
  engine.answers.resolve();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Without live runs, the sweep alone asks for the list. */
class CountingEngine extends DummyEngine {
  lists = 0;
  hangs = false;
  breaks = 0;
  /** Cannot be removed. */
  stuck: string | undefined;
  readonly answers = Promise.withResolvers<void>();

  override async list(): Promise<readonly ListedWorkload[]> {
    this.lists += 1;
    if (this.hangs) await this.answers.promise;
    if (this.breaks > 0) {
      this.breaks -= 1;
      throw new Error("the engine is away");
    }
    return super.list();
  }

  override async remove(engineId: string): Promise<void> {
    if (engineId === this.stuck) throw new Error("removal is in progress for ever");
    return super.remove(engineId);
  }
}

test("of several servers, one looks for orphans and lost pushes", async () => {
  let asked = 0;
  const leases: Leases = {
    async take(name) {
      if (name === "sweep") asked += 1;
      return false;
    },
    release: async () => undefined,
  };

  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]), leases });

  await waitFor("the sweep to ask", () => asked > 0);
  expect(engine.lists).toBe(0);
});

test("an engine that hangs does not hold up the work of servers that died", async () => {
  engine.hangs = true;
  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]) });
  await waitFor("the engine to be asked", () => engine.lists > 0);

  const { database } = platform.ports;
  const exclusively = database.exclusively.bind(database);
  let looks = 0;
  database.exclusively = (section, work) => {
    if (section === "sweep") looks += 1;
    return exclusively(section, work);
  };

  await waitFor("looks for dead servers", () => looks > 3);
  expect(engine.lists).toBe(1);
});

test("what the sweep cannot do is told once, and once when it can again", async () => {
  engine.breaks = 2;
  const { log, told } = recordingLog();

  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]), log });

  await waitFor("the sweep to go on", () => told("info", /sweep works again/).length > 0);
  expect(engine.breaks).toBe(0);
  expect(told("warn", /sweep/)).toMatchObject([{ engine: "dummy" }]);
});

test("a workload that nobody knows and that cannot be removed holds up no other", async () => {
  engine.stuck = await engine.prepare(workload("true"));
  await engine.prepare(workload("true"));
  const { log, told } = recordingLog();

  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]), log });

  await waitFor("the other one to be removed", async () => {
    const left = await engine.list();
    return left.length === 1 && left[0]?.attemptId === engine.stuck;
  });
  const fails = /a part of the sweep fails/;
  await waitFor("it to be told", () => told("warn", fails).length > 0);
  expect(told("warn", fails)).toMatchObject([
    { error: { message: expect.stringContaining(`${engine.stuck}: removal is in progress`) } },
  ]);
  engine.stuck = undefined;
});

test("images and build cache are pruned soon after the start, and at once where the disk is full", async () => {
  let isFull = false;
  const closedBecause = async () => (isFull ? "the disk is 91 % full" : undefined);
  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]), closedBecause });
  let prunes = 0;
  platform.ports.builder.pruneCache = async () => {
    prunes += 1;
    return 0;
  };

  await waitFor("images to be pruned", () => prunes > 0, 10);
  expect(prunes).toBe(1);
  isFull = true;
  await waitFor("images to be pruned again", () => prunes > 1, 10);
});
