import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { createMetrics } from "../../src/api/prometheus.ts";
import type { Engine } from "../../src/core/engine.ts";
import {
  EngineFullError,
  EngineUnreachableError,
  ImageGoneError,
  UnsupportedError,
  WorkloadGoneError,
} from "../../src/core/errors.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { MeteredEngine } from "../../src/pipeline/metered-engine.ts";
import { type EnginesUnderTest, engineContract } from "../contracts/engine.ts";
import { readExposition } from "../support/exposition.ts";

const PATIENCE = { mostSlow: 8 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-metered-"));
});
afterAll(() => rm(folder, { recursive: true }));

const dummy = (name = "mine"): Engine =>
  new DummyEngine({ name: "dummy", folder: join(folder, name) });

describe("an engine whose calls are timed is an engine", () => {
  let engines: EnginesUnderTest;
  beforeAll(() => {
    const open = (name: string) =>
      new MeteredEngine(dummy(name), createMetrics().metrics, PATIENCE);
    engines = { engine: open("mine"), otherServer: open("mine"), stranger: open("theirs") };
  });

  engineContract(() => engines);
});

test.each([
  ["unreachable", new EngineUnreachableError("away")],
  ["gone", new WorkloadGoneError("gone")],
  ["gone", new ImageGoneError("gone")],
  ["unsupported", new UnsupportedError("no")],
  ["full", new EngineFullError("full")],
  ["error", new Error("broken")],
])(
  "a call whose outcome is %s is timed as that, and throws what it threw",
  async (outcome, error) => {
    const { metrics, registry } = createMetrics();
    const failing = Object.create(dummy(), { list: { value: () => Promise.reject(error) } });
    const engine = new MeteredEngine(failing, metrics, PATIENCE);

    await expect(engine.list()).rejects.toBe(error);

    const figures = readExposition(await registry.metrics());
    const labels = { engine: "dummy", method: "list", outcome };
    expect(figures.value("assay_engine_call_seconds_count", labels)).toBe(1);
  },
);

test("what an engine has is shown as it last said", async () => {
  const { metrics, registry } = createMetrics();
  const engine = new MeteredEngine(dummy(), metrics, PATIENCE);

  const machines = await engine.capacity();

  const cpus = machines.reduce((total, machine) => total + machine.cpus, 0);
  const figures = readExposition(await registry.metrics());
  expect(figures.value("assay_engine_cpus", { engine: "dummy", of: "capacity" })).toBe(cpus);
});
