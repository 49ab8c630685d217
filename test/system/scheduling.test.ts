import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Machine } from "../../src/core/engine.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

/** A machine with two devices, on an engine that obeys the manifest and runs nothing. */
const MACHINE: Machine = {
  name: "lab-1",
  cpus: 8,
  memoryBytes: 32 * 2 ** 30,
  devices: ["a", "b"].map((id) => ({ id, product: "NVIDIA-A100", aliases: ["a100"] })),
};

/** Where nothing runs, no image is needed; one that is asked for as slow is never done. */
class LabBuilder extends MadeUpBuilder {
  override async build(...[request, log, signal]: Parameters<MadeUpBuilder["build"]>) {
    if (request.buildArgs["SLOW"] !== undefined)
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    return super.build(request, log, signal);
  }
}

let folder: string;
let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-scheduling-"));
  const lab = new DummyEngine({ name: "lab", folder, machines: [MACHINE] });
  const builder = new LabBuilder(join(folder, "images"));
  platform = await startPlatform({}, { engines: new Map([["lab", lab]]), maxActive: 6, builder });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Wish {
  readonly command?: string;
  readonly top?: string;
  readonly spec?: string;
  readonly gpus?: number;
  readonly cpus?: number;
}

/** A manifest for the lab, below manifests/. */
function manifests(wishes: Readonly<Record<string, Wish>>): Readonly<Record<string, string>> {
  const files = Object.entries(wishes).map(([name, wish]) => {
    const { command = "sleep 600", top, spec = "engineName: lab", gpus, cpus = 1 } = wish;
    const gpu = gpus === undefined ? "" : `, accelerators: { gpu: { count: ${gpus} } }`;
    const types = `worker: { resources: { cpus: ${cpus}, memory: 1${gpu} } }`;
    const text = repositoryFiles(command, {
      types,
      ...(spec && { spec }),
      ...(top && { top }),
    });
    return [`manifests/${name}.yaml`, text["manifest.yaml"] ?? ""] as const;
  });
  return { ...repositoryFiles("true", { spec: "engineName: lab" }), ...Object.fromEntries(files) };
}

async function project(name: string, wishes: Readonly<Record<string, Wish>>, settings = {}) {
  await projects.create(name, manifests(wishes), settings);
  return async (manifest: string, more: object = {}): Promise<string> => {
    const request = { project: name, manifest, ...more };
    const { body } = await platform.call("POST", "/api/v1/experiments", request);
    return body.id;
  };
}

const post = (path: string) => platform.call("POST", `/api/v1/${path}`);

async function end(...ids: readonly string[]): Promise<void> {
  for (const id of ids)
    await platform.call("POST", `/api/v1/experiments/${id}/cancel`, { kill: true });
  for (const id of ids) await finished(platform, id);
}

test("runs wait for devices with reason and place, and a drained engine says when nothing runs any more", async () => {
  const submit = await project("devices", { two: { gpus: 2 }, one: { gpus: 1 } });
  const first = await submit("one");
  await atStep(platform, first, "Running", /^running$/);
  const second = await submit("two");
  await atStep(platform, second, "Running", /^queueing: needs 2 GPUs, 1 free; next in line$/);
  const third = await submit("two");
  await atStep(platform, third, "Running", /^queueing: needs 2 GPUs, 1 free; 2nd in line$/);

  expect((await post("engines/lab/drain")).body).toMatchObject({ state: "draining", paused: true });
  await atStep(platform, third, "Running", /^queueing: engine lab was drained by admin; 2nd in/);
  await end(first);
  const drained = await waitFor("the engine to be drained", async () => {
    const { body } = await platform.call("GET", "/api/v1/engines");
    return body.items[0].state === "drained" && body.items[0];
  });
  expect(drained).toMatchObject({ reservations: [], closed: "engine lab was drained by admin" });

  expect((await post("engines/lab/resume")).body).toMatchObject({ state: "open", paused: false });
  await atStep(platform, second, "Running", /^running$/);
  await atStep(platform, third, "Running", /^queueing: needs 2 GPUs, 0 free; next in line$/);
  await end(second, third);
});

test("a paused queue admits nothing, a drained one says when nothing is being done, and both go on", async () => {
  const submit = await project("held", { run: {} });
  const running = await submit("run");
  await atStep(platform, running, "Running", /^running$/);

  expect((await post("queue/pause")).body).toMatchObject({ state: "paused", busy: 1 });
  const waiting = await submit("run");
  await atStep(platform, waiting, "Waiting", /^queued: the queue was paused by admin; next in/);

  expect((await post("queue/drain")).body).toMatchObject({ state: "draining" });
  await atStep(platform, waiting, "Waiting", /^queued: the queue was drained by admin; next in/);
  await end(running);
  const { body } = await platform.call("GET", "/api/v1/queue");
  expect(body).toMatchObject({
    state: "drained",
    busy: 0,
    closed: "the queue was drained by admin",
    experiments: [{ position: 1, id: waiting }],
  });

  expect((await post("queue/resume")).body).toMatchObject({ closed: null });
  await atStep(platform, waiting, "Running", /^running$/);
  await end(waiting);
});

test("the limit of a project and the limit in all are kept, each with its own line", async () => {
  const few = await project("few", { run: {} }, { maxActive: 1 });
  const many = await project("many", { run: {} });
  const first = await few("run");
  const second = await few("run");
  await atStep(
    platform,
    second,
    "Waiting",
    /^queued: 1 of few's at most 1 experiments are active; next in line$/,
  );
  const others: string[] = [];
  for (let count = 0; count < 5; count += 1) others.push(await many("run"));
  const last = await many("run");

  await atStep(
    platform,
    last,
    "Waiting",
    /^queued: 6 of at most 6 experiments in all are active; 2nd in line$/,
  );

  await end(first);
  const { status } = await atStep(platform, second, "Running");
  expect(status).toBe("Processing");
  await end(second, last, ...others);
});

test("cancel: queued ends those that wait for a newer one; its step names the newer one", async () => {
  const top = "concurrency: { group: gpu, limit: 1, cancel: queued }";
  const submit = await project("superseded", { run: { top } });
  const first = await submit("run");
  await atStep(platform, first, "Running", /^running$/);
  const second = await submit("run");
  await atStep(
    platform,
    second,
    "Waiting",
    /^queued: group gpu runs 1 of at most 1; next in line$/,
  );

  const third = await submit("run");

  const { status, steps } = await finished(platform, second);
  expect(status).toBe("Cancelled");
  expect(steps[0]).toMatchObject({
    status: "Cancelled",
    note: "superseded by superseded#3, a newer one of the concurrency group gpu",
  });
  await atStep(platform, third, "Waiting", /^queued: group gpu runs 1 of at most 1; next in line$/);
  await atStep(platform, first, "Running", /^running$/);
  await end(first, third);
});

test("cancel: running ends the active one for a newer one, which begins when it has ended", async () => {
  const top = "concurrency: { group: gpu, limit: 1, cancel: running }";
  const submit = await project("newest", { run: { top } });
  const first = await submit("run");
  await atStep(platform, first, "Running", /^running$/);

  const second = await submit("run");

  const { status, steps } = await finished(platform, first);
  expect(status).toBe("Cancelled");
  expect(steps[4]).toMatchObject({
    status: "Cancelled",
    note: "superseded by newest#2, a newer one of the concurrency group gpu",
  });
  await atStep(platform, second, "Running", /^running$/);
  await end(second);
});

test("the run with the smaller priority number gets the place, though it came later", async () => {
  const submit = await project("priorities", { all: { cpus: 8 } });
  const first = await submit("all");
  await atStep(platform, first, "Running", /^running$/);
  const patient = await submit("all", { priority: 60 });
  await atStep(platform, patient, "Running", /next in line$/);
  const urgent = await submit("all", { priority: 10 });
  await atStep(platform, urgent, "Running", /^queueing: needs 8 CPUs, 0 free; next in line$/);
  await atStep(platform, patient, "Running", /^queueing: needs 8 CPUs, 0 free; 2nd in line$/);
  const { body } = await platform.call("GET", "/api/v1/queue");
  expect(body.runs.map(({ priority }: { priority: number }) => priority)).toEqual([10, 60]);

  await end(first);

  await atStep(platform, urgent, "Running", /^running$/);
  await end(urgent, patient);
});

test("a run that waits longer than its queueTimeout fails, saying for what it waited", async () => {
  const submit = await project("queue-timeout", {
    all: { cpus: 8 },
    hurried: { cpus: 8, spec: "engineName: lab\n  queueTimeout: 1s" },
  });
  const first = await submit("all");
  await atStep(platform, first, "Running", /^running$/);

  const { steps } = await finished(platform, await submit("hurried"));

  expect(steps[4].exception).toMatchObject({
    kind: "Timeout",
    message: "It waited longer than its queueTimeout of 1 s: needs 8 CPUs, 0 free; next in line.",
  });
  await end(first);
});

test("the timeout counts over all attempts, and one that has no time left does not begin", async () => {
  const submit = await project("attempts", {
    retried: {
      command: "sleep 0.2; exit 1",
      spec: "engineName: lab\n  timeout: 1s\n  restartPolicy: { backoffLimit: 50 }",
    },
    limited: {
      command: "exit 3",
      spec: "engineName: lab\n  restartPolicy: { backoffLimit: 2 }",
    },
  });

  const timedOut = await finished(platform, await submit("retried"));
  const limited = await finished(platform, await submit("limited"));

  expect(timedOut.steps[4].exception).toMatchObject({ kind: "Timeout" });
  expect(timedOut.runs[0].attempt).toBeGreaterThan(1);
  expect(timedOut.runs[0].attempt).toBeLessThan(50);
  expect(limited.steps[4].exception).toMatchObject({ kind: "ExitCode", exitCode: 3 });
  expect(limited.runs[0].attempt).toBe(3);
});

test("a project bounds builds and runs, whatever the manifest says", async () => {
  const settings = { buildTimeoutSeconds: 1, runTimeoutSeconds: 1 };
  const submit = await project(
    "bounds",
    { long: { spec: "engineName: lab\n  timeout: 1h" } },
    settings,
  );
  const text = manifests({ long: {} })["manifests/long.yaml"] ?? "";
  const slow = text.replace(
    "image: test, dockerfile",
    "image: test, buildArgs: { SLOW: yes }, dockerfile",
  );
  const slowly = await projects.create(
    "slow-build",
    { ...manifests({}), "manifest.yaml": slow },
    settings,
  );

  const run = await finished(platform, await submit("long"));
  await slowly.commit("exp: built for long");
  await slowly.push();
  const build = await finished(platform, "slow-build#1");

  expect(run.steps[4].exception).toMatchObject({
    kind: "Timeout",
    message: "It ran longer than its timeout of 1 s and was stopped.",
  });
  expect(build.steps[2].exception).toMatchObject({
    kind: "Timeout",
    message: "Building took longer than the project's limit of 1 s.",
  });
});

test("what waits for an approval says so, stands in line once it has it, and says that instead", async () => {
  const submit = await project("approved", { run: { top: "approval: true" } });
  const waiting = await submit("run");
  await atStep(platform, waiting, "Waiting", /^waiting for approval$/);
  await post("queue/pause");

  await post(`experiments/${waiting}/approve`);

  await atStep(platform, waiting, "Waiting", /^queued: the queue was paused by admin; next in/);
  await post("queue/resume");
  const { steps } = await atStep(platform, waiting, "Running", /^running$/);
  expect(steps[0]).toMatchObject({ status: "Succeeded" });
  await end(waiting);
});
