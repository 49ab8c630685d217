import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { EngineUnreachableError } from "../../src/core/errors.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
let platform: TestPlatform;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-observer-"));
});
afterEach(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Its events come when the test says so, or the connection breaks. */
class PlayedEngine extends DummyEngine {
  breaks = 0;
  hints = 0;
  given = 0;

  override async *watch(signal: AbortSignal): AsyncGenerator<void, void, undefined> {
    if (this.breaks > 0) {
      this.breaks -= 1;
      throw new EngineUnreachableError("the engine is away");
    }
    yield;
    while (!signal.aborted) {
      await turn();
      if (this.given === this.hints) continue;
      this.given += 1;
      yield;
    }
  }
}

test("an engine that always has news leaves no more timers behind than a quiet one", async () => {
  const engine = new PlayedEngine({ name: "dummy", folder });
  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]) });
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();

  let looks = 0;
  const { runs } = platform.ports.database;
  const liveOn = runs.liveOn.bind(runs);
  runs.liveOn = async (name) => {
    looks += 1;
    engine.hints += 1;
    return liveOn(name);
  };
  await waitFor("many looks", () => looks > 1000);
  runs.liveOn = liveOn;

  expect(timers() - before).toBeLessThan(50);
});

test("an engine that cannot be observed is told once, and once when it can be again", async () => {
  const engine = new PlayedEngine({ name: "dummy", folder });
  engine.breaks = 3;
  const { log, told } = recordingLog();

  platform = await startPlatform({}, { engines: new Map([["dummy", engine]]), log });

  await waitFor("the engine to be observed", () => told("info", /observed again/).length > 0);
  expect(engine.breaks).toBe(0);
  expect(told("warn", /observed/)).toMatchObject([{ engine: "dummy" }]);
  expect(told("info", /observed/)).toMatchObject([{ engine: "dummy" }]);
});
