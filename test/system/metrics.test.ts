import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { METRICS } from "../../src/core/metrics.ts";
import { finished, repositoryFiles } from "../support/experiments.ts";
import { type Exposition, readExposition } from "../support/exposition.ts";
import type { WorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
let projects: Projects;
let lab: WorkingCopy;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  lab = await projects.create("lab", {
    ...repositoryFiles("echo hello", { spec: "engineName: dummy" }),
    Dockerfile: "FROM assay/busybox:local\n",
    ".dockerignore": "*\n",
    "manifests/long.yaml":
      repositoryFiles("sleep 600", { spec: "engineName: dummy" })["manifest.yaml"] ?? "",
  });
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const read = async (): Promise<Exposition> =>
  readExposition((await platform.call("GET", "/metrics")).body);

async function push(message: string): Promise<string> {
  await lab.commit(message, { "seed.txt": message });
  await lab.push();
  const { body } = await platform.call("GET", "/api/v1/experiments?project=lab&limit=1");
  return body.items[0].id;
}

test("every figure of the table is told with its help and kind, and nothing else of ours", async () => {
  const { kinds, help } = await read();

  const ours = Object.fromEntries([...kinds].filter(([name]) => name.startsWith("assay_")));
  expect(ours).toEqual(
    Object.fromEntries(Object.entries(METRICS).map(([name, { kind }]) => [name, kind])),
  );
  for (const [name, { help: sentence }] of Object.entries(METRICS))
    expect(help.get(name)).toBe(sentence);
  expect(kinds.get("process_resident_memory_bytes")).toBe("gauge");
});

test("an experiment moves the figures of its steps, its engine, its log and its request", async () => {
  const before = await read();

  await finished(platform, await push("exp: one"));

  const after = await read();
  const grown = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    after.sum(name, labels) - before.sum(name, labels);
  for (const step of ["Waiting", "Cloning", "Building", "Submitting", "Running", "Completed"])
    expect([step, grown("assay_step_seconds_count", { step, outcome: "Succeeded" })]).toEqual([
      step,
      1,
    ]);
  for (const method of ["prepare", "start", "remove"])
    expect([
      method,
      grown("assay_engine_call_seconds_count", { engine: "dummy", method, outcome: "ok" }),
    ]).toEqual([method, 1]);
  expect(grown("assay_log_bytes_total", { engine: "dummy" })).toBe("hello\n".length);
  expect(grown("assay_deliveries_total", { source: "git", decision: "started" })).toBe(1);
  expect(grown("assay_claim_seconds_count", { kind: "run" })).toBeGreaterThan(0);
  expect(grown("assay_scheduler_round_seconds_count")).toBeGreaterThan(0);
  expect(grown("assay_observer_look_seconds_count", { engine: "dummy" })).toBeGreaterThan(0);
  expect(grown("assay_hints_total", { kind: "work" })).toBeGreaterThan(0);
  const route = { method: "GET", route: "/api/v1/experiments/:id", status: "200" };
  expect(grown("assay_http_request_seconds_count", route)).toBeGreaterThan(0);
  expect(grown("assay_retries_total")).toBe(0);
  expect(grown("assay_safety_net_total")).toBe(0);
});

test("what runs is shown with what it holds, and no longer when it has ended", async () => {
  const id = await push("exp[long.yaml]: long");
  const holds = async (): Promise<readonly (number | undefined)[]> => {
    const figures = await read();
    return [
      figures.value("assay_experiments", { step: "Running", status: "Processing" }),
      figures.value("assay_engine_cpus", { engine: "dummy", of: "reserved" }),
      figures.value("assay_engine_memory_bytes", { engine: "dummy", of: "reserved" }),
      figures.value("assay_queue_jobs", { kind: "run", state: "waiting" }),
    ];
  };

  await waitFor("it to run", async () => (await holds()).join() === `1,1,${2 ** 28},1`);
  const figures = await read();
  await platform.call("POST", `/api/v1/experiments/${id}/cancel`, { kill: true });
  await finished(platform, id);

  expect(
    figures.value("assay_engine_cpus", { engine: "dummy", of: "capacity" }),
  ).toBeGreaterThanOrEqual(1);
  expect(await holds()).toEqual([0, 0, 0, 0]);
  expect((await read()).sum("assay_step_seconds_count", { outcome: "Cancelled" })).toBe(1);
});

test("what is there without any experiment is told: servers, connections, disk, invariants", async () => {
  const figures = await read();

  expect(figures.value("assay_servers")).toBe(1);
  expect(figures.value("assay_database_up")).toBe(1);
  expect(figures.value("assay_database_connections", { state: "idle" })).toBeGreaterThan(0);
  expect(figures.value("assay_disk_used_ratio", { disk: "the disk" })).toBeGreaterThan(0);
  expect(figures.value("assay_closed")).toBe(0);
  for (const invariant of platform.ports.database.invariants.names)
    expect([invariant, figures.value("assay_invariant_violations", { invariant })]).toEqual([
      invariant,
      0,
    ]);
});
