import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";

import type { Machine } from "../../src/core/engine.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

/** An engine that can be made to refuse, or to say nothing. */
class TroubledEngine extends DummyEngine {
  trouble: "none" | "cannot stop" | "cannot remove" | "hangs" = "none";
  #over: (() => void)[] = [];

  /** All goes well again, also with what hangs. */
  mend(): void {
    this.trouble = "none";
    for (const goOn of this.#over.splice(0)) goOn();
  }

  override async start(engineId: string): Promise<void> {
    await this.#unlessHanging();
    return super.start(engineId);
  }

  override async capacity(): Promise<readonly Machine[]> {
    await this.#unlessHanging();
    return super.capacity();
  }

  override async stop(...[engineId, graceSeconds]: Parameters<DummyEngine["stop"]>): Promise<void> {
    if (this.trouble === "cannot stop") throw new Error("its process waits for a disk");
    return super.stop(engineId, graceSeconds);
  }

  override async remove(engineId: string): Promise<void> {
    if (this.trouble === "cannot remove") throw new Error("device or resource busy");
    return super.remove(engineId);
  }

  async #unlessHanging(): Promise<void> {
    if (this.trouble === "hangs") await new Promise<void>((resolve) => this.#over.push(resolve));
  }
}

let folder: string;
let lab: TroubledEngine;
let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-surroundings-"));
  lab = new TroubledEngine({ name: "lab", folder: join(folder, "lab") });
  const other = new DummyEngine({ name: "other", folder: join(folder, "other") });
  platform = await startPlatform(
    {},
    {
      engines: new Map([lab, other].map((engine) => [engine.name, engine])),
      builder: new MadeUpBuilder(join(folder, "images")),
    },
  );
  projects = new Projects(platform);
});
afterEach(() => {
  jest.restoreAllMocks();
  lab.mend();
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

async function push(name: string, command: string, spec: string): Promise<string> {
  const copy = await projects.create(name, repositoryFiles(command, { spec }));
  await copy.commit("exp: run");
  await copy.push();
  return `${name}#1`;
}

const cancel = (reference: string, kill: boolean) =>
  platform.call("POST", `/api/v1/experiments/${encodeURIComponent(reference)}/cancel`, { kill });

test("a container that cannot be killed keeps its experiment stopping, which says so, until it can", async () => {
  const reference = await push("unkillable", "sleep 600", "engineName: lab");
  await atStep(platform, reference, "Running", /^running$/);
  lab.trouble = "cannot stop";

  await cancel(reference, true);

  const stopping =
    /^stopping: engine lab cannot end it and is asked again: its process waits for a disk$/;
  const { runs } = await atStep(platform, reference, "Running", stopping);
  expect(runs[0]).toMatchObject({ state: "Running" });
  lab.mend();
  expect(await finished(platform, reference)).toMatchObject({
    status: "Cancelled",
    runs: [{ state: "Cancelled", attempt: 1 }],
  });
});

test("a container that cannot be removed changes nothing about how its experiment ended", async () => {
  lab.trouble = "cannot remove";
  const reference = await push("stuck", "true", "engineName: lab");

  await atStep(
    platform,
    reference,
    "Running",
    /^its containers cannot be removed yet: device or resource busy$/,
  );

  lab.mend();
  expect(await finished(platform, reference)).toMatchObject({
    status: "Succeeded",
    runs: [{ state: "Done", attempt: 1, exitCode: 0 }],
  });
});

test("an engine that hangs is told as silent, holds up no other, and goes on when it answers", async () => {
  const running = await push("before", "sleep 600", "engineName: lab");
  await atStep(platform, running, "Running", /^running$/);
  lab.trouble = "hangs";

  const late = await push("late", "true", "engineName: lab\n  timeout: 1h");
  const elsewhere = await push("elsewhere", "true", "engineName: other");

  expect(await finished(platform, elsewhere)).toMatchObject({ status: "Succeeded" });
  const silent = /^engine lab does not answer: what runs there is unknown until it does$/;
  await atStep(platform, running, "Running", silent);
  const { body } = await platform.call("GET", "/api/v1/engines");
  expect(body.items).toMatchObject([
    { name: "lab", machines: null },
    { name: "other", machines: [{ name: "dummy" }] },
  ]);
  lab.mend();
  await atStep(platform, running, "Running", /^running$/);
  expect(await finished(platform, late)).toMatchObject({
    status: "Succeeded",
    runs: [{ attempt: 1 }],
  });
  await cancel(running, true);
  await finished(platform, running);
});

/** Everything that waits is looked at now, by a worker. */
async function lookAtAll(): Promise<void> {
  const { queue, events } = platform.ports.database;
  const jobs: readonly { kind: "experiment" | "run"; subject_id: string; token: number }[] =
    await platform.knex("jobs").whereIn("kind", ["experiment", "run"]);
  for (const { kind, subject_id } of jobs) await queue.wake(kind, [subject_id]);
  await events.publish({ kind: "work" });
  const isLookedAt = async ({ subject_id, token }: (typeof jobs)[number]): Promise<boolean> => {
    const [job] = await platform.knex("jobs").where({ subject_id });
    return job === undefined || (job.token > token && job.owner === null);
  };
  for (const job of jobs) await waitFor("a look", () => isLookedAt(job));
}

test.each([
  ["forward", 3 * 24 * 3600],
  ["back", -3 * 24 * 3600],
])("a server whose clock jumps %s ends nothing before its time", async (way, seconds) => {
  const command = `sleep ${30 * 24 * 3600}`;
  const bounds = "engineName: lab\n  timeout: 1h\n  queueTimeout: 1h";
  const running = await push(`running-${way}`, command, bounds);
  await atStep(platform, running, "Running", /^running$/);
  await platform.call("POST", "/api/v1/engines/lab/pause");
  const queueing = await push(`queueing-${way}`, "true", bounds);
  await atStep(platform, queueing, "Running", /^queueing: engine lab was paused/);
  const now = Date.now.bind(Date);

  jest.spyOn(Date, "now").mockImplementation(() => now() + seconds * 1000);
  await lookAtAll();

  await atStep(platform, running, "Running", /^running$/);
  await atStep(platform, queueing, "Running", /^queueing: engine lab was paused/);
  await platform.call("POST", "/api/v1/engines/lab/resume");
  expect(await finished(platform, queueing)).toMatchObject({ status: "Succeeded" });
  jest.restoreAllMocks();
  await cancel(running, true);
  expect(await finished(platform, running)).toMatchObject({ status: "Cancelled" });
});
