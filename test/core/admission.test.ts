import { expect, test } from "@jest/globals";

import type { QueueingRun, Snapshot } from "../../src/core/admission.ts";
import { admit } from "../../src/core/admit.ts";
import type { Machine } from "../../src/core/engine.ts";
import type { ReplicaResources } from "../../src/core/manifest.ts";
import { RESERVE_AFTER_SECONDS } from "../../src/core/reserve-runs.ts";
import { neverFits } from "../../src/core/shortage.ts";
import { SECONDS_PER_POINT } from "../../src/core/turn.ts";

const GIB = 2 ** 30;
const needs = (cpus: number, gpus = 0, product?: string): ReplicaResources => ({
  cpus,
  cpuLimit: cpus * 2,
  memoryBytes: GIB,
  shmBytes: 0,
  gpu: gpus === 0 ? undefined : { count: gpus, type: "gpu", product },
});
const machine: Machine = {
  name: "one",
  cpus: 4,
  memoryBytes: 8 * GIB,
  devices: ["a", "b"].map((id) => ({ id, product: "NVIDIA-A100", aliases: ["A100"] })),
};
const run = (
  id: string,
  resources: ReplicaResources,
  more: Partial<QueueingRun> = {},
): QueueingRun => ({
  id,
  attemptId: `attempt of ${id}`,
  experimentId: `experiment of ${id}`,
  engine: "docker",
  sequence: Number(id),
  priority: 50,
  waitedSeconds: 0,
  queuedSeconds: 0,
  replicas: [{ name: "worker-0", resources }],
  ...more,
});
const snapshot = (more: Partial<Snapshot>): Snapshot => ({
  closed: undefined,
  maxActive: undefined,
  active: 0,
  projects: [],
  groups: [],
  waiting: [],
  queueing: [],
  engines: [{ name: "docker", machines: [machine], closed: undefined, reservations: [] }],
  ...more,
});
const reserved = (given: Snapshot): string[] => admit(given).reserved.map(({ runId }) => runId);
const reasons = (given: Snapshot): string[] => admit(given).queued.map(({ reason }) => reason);

test("a project's limit is kept, and the others are told their place", () => {
  const waiting = [1, 2, 3, 4].map((sequence) => ({
    id: String(sequence),
    projectId: "p",
    sequence,
    priority: 50,
    waitedSeconds: 0,
    concurrency: undefined,
  }));

  const { admitted, held } = admit(
    snapshot({ projects: [{ id: "p", slug: "digits", maxActive: 2, active: 1 }], waiting }),
  );

  expect(admitted).toEqual(["1"]);
  expect(held.map(({ reason }) => reason)).toEqual([
    "2 of digits's at most 2 experiments are active; next in line",
    "2 of digits's at most 2 experiments are active; 2nd in line",
    "2 of digits's at most 2 experiments are active; 3rd in line",
  ]);
});

test("a smaller priority number goes first, then age", () => {
  const queueing = [
    run("1", needs(4)),
    run("2", needs(4), { priority: 10 }),
    run("3", needs(4), { priority: 10 }),
  ];

  expect(reserved(snapshot({ queueing }))).toEqual(["2"]);
});

test("a concurrency group is kept within its limit", () => {
  const waiting = [1, 2].map((sequence) => ({
    id: String(sequence),
    projectId: "p",
    sequence,
    priority: 50,
    waitedSeconds: 0,
    concurrency: { group: "gpu-a", limit: 1, cancel: "none" } as const,
  }));
  const projects = [{ id: "p", slug: "digits", maxActive: undefined, active: 0 }];

  expect(admit(snapshot({ projects, waiting })).admitted).toEqual(["1"]);
  const member = { cancel: "none", isActive: true, isLeaving: false } as const;
  const members = [{ id: "0", number: 1, sequence: 0, ...member }];
  const groups = [{ projectId: "p", group: "gpu-a", members }];
  expect(admit(snapshot({ projects, waiting, groups })).admitted).toEqual([]);
});

test("while the server takes nothing new no experiment is admitted, and each is told why and its place", () => {
  const waiting = [1, 2].map((sequence) => ({
    id: String(sequence),
    projectId: "p",
    sequence,
    priority: 50,
    waitedSeconds: 0,
    concurrency: undefined,
  }));
  const projects = [{ id: "p", slug: "digits", maxActive: undefined, active: 0 }];
  const closed = "the disk is 91 % full; nothing new starts above 90 %";

  const { admitted, held } = admit(snapshot({ projects, waiting, closed }));

  expect(admitted).toEqual([]);
  expect(held.map(({ reason }) => reason)).toEqual([
    `${closed}; next in line`,
    `${closed}; 2nd in line`,
  ]);
});

test("no device is given to two runs, and the reason says what is free", () => {
  const given = snapshot({
    queueing: [run("1", needs(1, 1)), run("2", needs(1, 2)), run("3", needs(1, 1))],
  });

  const devices = admit(given).reserved.flatMap(({ reservation }) =>
    reservation.flatMap((each) => each.devices),
  );

  expect(devices).toEqual(["a", "b"]);
  expect(reasons(given)).toEqual(["needs 2 GPUs, 1 free; next in line"]);
});

test("what is reserved already counts", () => {
  const reservations = [
    { replica: "worker-0", machine: "one", cpus: 3, memoryBytes: GIB, devices: ["a"] },
  ];
  const engines = [{ name: "docker", machines: [machine], closed: undefined, reservations }];

  expect(reasons(snapshot({ engines, queueing: [run("1", needs(2))] }))).toEqual([
    "needs 2 CPUs, 1 free; next in line",
  ]);
});

test("a product is asked for by its name or by an alias", () => {
  expect(reserved(snapshot({ queueing: [run("1", needs(1, 1, "a100"))] }))).toEqual(["1"]);
  expect(reserved(snapshot({ queueing: [run("1", needs(1, 1, "H100"))] }))).toEqual([]);
});

test("all replicas of a run fit, or none is reserved", () => {
  const replicas = ["worker-0", "worker-1"].map((name) => ({ name, resources: needs(3) }));

  expect(reserved(snapshot({ queueing: [run("1", needs(1), { replicas })] }))).toEqual([]);
});

test("small runs pass a large one, until it has waited long", () => {
  const reservations = [{ replica: "x", machine: "one", cpus: 2, memoryBytes: GIB, devices: [] }];
  const engines = [{ name: "docker", machines: [machine], closed: undefined, reservations }];
  const queueing = (queuedSeconds: number) => [
    run("1", needs(4), { queuedSeconds }),
    run("2", needs(1)),
  ];

  expect(reserved(snapshot({ engines, queueing: queueing(1) }))).toEqual(["2"]);
  const late = snapshot({ engines, queueing: queueing(RESERVE_AFTER_SECONDS) });
  expect(reserved(late)).toEqual([]);
  expect(reasons(late)).toEqual([
    "needs 4 CPUs, 2 free, and what comes free is kept for it; next in line",
    "engine docker keeps room for an earlier run that needs 4 CPUs and 1 GiB; 2nd in line",
  ]);
});

test("a paused or silent engine gives out nothing and says so", () => {
  const queueing = [run("1", needs(1))];
  const closed = "engine docker was paused by admin";
  const paused = [{ name: "docker", machines: [machine], closed, reservations: [] }];
  const silent = [{ name: "docker", machines: undefined, closed: undefined, reservations: [] }];

  expect(reasons(snapshot({ engines: paused, queueing }))).toEqual([`${closed}; next in line`]);
  expect(reasons(snapshot({ engines: silent, queueing }))).toEqual([
    "engine docker does not answer; next in line",
  ]);
});

test("what can never fit is told with the largest machine", () => {
  const engine = { name: "lab", machines: [machine] };
  const replicas = (resources: ReplicaResources) => [{ name: "worker-0", resources }];

  expect(neverFits(replicas(needs(1, 8)), engine)).toBe(
    "8 GPUs: the largest machine of engine lab has 2.",
  );
  expect(neverFits(replicas(needs(5)), engine)).toBe(
    "5 CPUs: the largest machine of engine lab has 4.",
  );
  expect(neverFits(replicas(needs(4, 2)), engine)).toBeUndefined();
});

test("replicas that can never fit together are told what the engine has", () => {
  const replicas = ["worker-0", "worker-1", "worker-2"].map((name) => ({
    name,
    resources: needs(3),
  }));
  const two = [machine, { ...machine, name: "two", devices: [] }];

  expect(neverFits(replicas, { name: "lab", machines: [machine] })).toMatch(
    /^3 replicas need 9 CPUs and \d+ GiB together, and all run at once: engine lab has 2 GPUs, 4 CPUs and \d+ GiB\.$/,
  );
  expect(neverFits(replicas, { name: "lab", machines: two })).toMatch(
    /has 2 GPUs, 8 CPUs and \d+ GiB on 2 machines\.$/,
  );
});

test("a limit in all is kept over the projects, in one line", () => {
  const waiting = [1, 2, 3].map((sequence) => ({
    id: String(sequence),
    projectId: sequence === 2 ? "q" : "p",
    sequence,
    priority: 50,
    waitedSeconds: 0,
    concurrency: undefined,
  }));
  const projects = ["p", "q"].map((id) => ({ id, slug: id, maxActive: undefined, active: 1 }));

  const { admitted, held } = admit(snapshot({ maxActive: 3, active: 2, projects, waiting }));

  expect(admitted).toEqual(["1"]);
  expect(held.map(({ reason }) => reason)).toEqual([
    "3 of at most 3 experiments in all are active; next in line",
    "3 of at most 3 experiments in all are active; 2nd in line",
  ]);
});

test("whoever has waited long goes before whatever comes with a better priority", () => {
  const old = run("1", needs(4), { priority: 99, waitedSeconds: 98 * SECONDS_PER_POINT + 1 });
  const urgent = run("2", needs(4), { priority: 1 });

  expect(reserved(snapshot({ queueing: [urgent, old] }))).toEqual(["1"]);
  expect(reserved(snapshot({ queueing: [urgent, { ...old, waitedSeconds: 3600 }] }))).toEqual([
    "2",
  ]);
});

test("what is kept for a run that waits for GPUs leaves the processors to others", () => {
  const reservations = [
    { replica: "x", machine: "one", cpus: 1, memoryBytes: GIB, devices: ["a"] },
  ];
  const engines = [{ name: "docker", machines: [machine], closed: undefined, reservations }];
  const queueing = [
    run("1", needs(1, 2), { queuedSeconds: RESERVE_AFTER_SECONDS }),
    run("2", needs(1, 1)),
    run("3", needs(2)),
    run("4", needs(1)),
  ];

  const given = snapshot({ engines, queueing });

  expect(reserved(given)).toEqual(["3"]);
  expect(reasons(given)).toEqual([
    "needs 2 GPUs, 1 free, and what comes free is kept for it; next in line",
    "engine docker keeps room for an earlier run that needs 2 GPUs, 1 CPU and 1 GiB; 2nd in line",
    "engine docker keeps room for an earlier run that needs 2 GPUs, 1 CPU and 1 GiB; 3rd in line",
  ]);
});

test("where there are several machines, room is kept on the one that lacks least", () => {
  const machines = ["one", "two"].map((name) => ({ ...machine, name, devices: [] }));
  const taken = (name: string, cpus: number) => ({
    replica: "x",
    machine: name,
    cpus,
    memoryBytes: GIB,
    devices: [],
  });
  const reservations = [taken("one", 3), taken("two", 1)];
  const engines = [{ name: "docker", machines, closed: undefined, reservations }];
  const queueing = [
    run("1", needs(4), { queuedSeconds: RESERVE_AFTER_SECONDS }),
    run("2", needs(1)),
    run("3", needs(1)),
  ];

  const { reserved: given } = admit(snapshot({ engines, queueing }));

  expect(given.map(({ runId, reservation }) => [runId, reservation[0]?.machine])).toEqual([
    ["2", "one"],
  ]);
});

test("replicas are placed whatever the order in which the manifest names them", () => {
  const machines = [
    { ...machine, name: "large", cpus: 4, devices: [] },
    { ...machine, name: "small", cpus: 2, devices: [] },
  ];
  const replicas = [
    { name: "helper-0", resources: needs(2) },
    { name: "worker-0", resources: needs(4) },
  ];
  const engines = [{ name: "docker", machines, closed: undefined, reservations: [] }];

  const { reserved: given } = admit(
    snapshot({ engines, queueing: [run("1", needs(1), { replicas })] }),
  );

  expect(given[0]?.reservation.map(({ replica, machine: on }) => [replica, on])).toEqual([
    ["helper-0", "small"],
    ["worker-0", "large"],
  ]);
});

test("a run without GPUs leaves the machine with GPUs to those that need it", () => {
  const machines = [machine, { ...machine, name: "two", devices: [] }];
  const engines = [{ name: "docker", machines, closed: undefined, reservations: [] }];
  const queueing = [run("1", needs(4)), run("2", needs(4, 1))];

  expect(reserved(snapshot({ engines, queueing }))).toEqual(["1", "2"]);
});

test("a run that the machines became too small for keeps nobody else waiting, and says so", () => {
  const queueing = [
    run("1", needs(5), { queuedSeconds: RESERVE_AFTER_SECONDS }),
    run("2", needs(4)),
  ];

  expect(reserved(snapshot({ queueing }))).toEqual(["2"]);
  expect(reasons(snapshot({ queueing }))).toEqual([
    "it does not fit as things stand: 5 CPUs: the largest machine of engine docker has 4; next in line",
  ]);
});

test("fractions of processors add up to the whole", () => {
  const replicas = Array.from({ length: 10 }, (_, index) => ({
    name: `worker-${index}`,
    resources: needs(0.1),
  }));
  const machines = [{ ...machine, cpus: 1, memoryBytes: 16 * GIB }];
  const engines = [{ name: "docker", machines, closed: undefined, reservations: [] }];

  const queueing = [run("1", needs(1), { replicas })];

  expect(reserved(snapshot({ engines, queueing }))).toEqual(["1"]);
});

test("a place far behind is not told exactly", () => {
  const queueing = Array.from({ length: 102 }, (_, index) => run(String(index + 1), needs(4)));

  expect(reasons(snapshot({ queueing })).slice(-2)).toEqual([
    "needs 4 CPUs, 0 free; 100th in line",
    "needs 4 CPUs, 0 free; more than 100 are before it in line",
  ]);
});
