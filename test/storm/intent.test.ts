import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { DummyEngine } from "../../src/engines/dummy.ts";
import { finished } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { MadeUpBuilder } from "./made-up-builder.ts";
import { MadeUpRepository } from "./made-up-repository.ts";
import { commitOf } from "./script.ts";

const SEED = 7;
/** With this seed it simply succeeds. */
const PLAIN = 1;

let folder: string;
let platform: TestPlatform;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-intent-"));
});
afterEach(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

test("nothing is started whose id is not written", async () => {
  const written: (string | undefined)[] = [];
  class WatchedEngine extends DummyEngine {
    override async start(engineId: string): Promise<void> {
      const live = await platform.ports.database.runs.liveOn(this.name);
      written.push(live.find(({ id }) => id === engineId)?.engineId);
      await super.start(engineId);
    }
  }
  const engine = new WatchedEngine({ name: "dummy", folder });
  platform = await startPlatform(
    {},
    {
      engines: new Map([["dummy", engine]]),
      repository: new MadeUpRepository(SEED),
      builder: new MadeUpBuilder(folder),
    },
  );
  const request = { name: "lab", forge: "builtin" };
  await platform.call("POST", "/api/v1/projects", request);

  const submission = { project: "lab", commit: commitOf(PLAIN) };
  const { body } = await platform.call("POST", "/api/v1/experiments", submission);
  await finished(platform, body.id);

  const started = [...(await engine.starts()).keys()];
  expect(started).toHaveLength(1);
  expect(written).toEqual(started);
});
