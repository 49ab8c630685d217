import { expect, test } from "@jest/globals";

import type { ReplicaState } from "../../src/core/engine.ts";
import type { PlannedReplica } from "../../src/core/run.ts";
import { servedUntil } from "../../src/pipeline/run/served-until.ts";

const replica = (name: string, serves: boolean): PlannedReplica => ({
  name,
  type: name,
  index: 0,
  env: {},
  resources: { cpus: 1, cpuLimit: 1, memoryBytes: 1, shmBytes: 1, gpu: undefined },
  serves,
});
const CLUSTER = { replicas: [replica("head-0", false), replica("cpu-0", true)] };

const startedAt = "2026-01-01T00:00:00Z";
const running: ReplicaState = { kind: "running", startedAt };
const exited = (exitCode: number, second: number): ReplicaState => ({
  kind: "exited",
  exitCode,
  outOfMemory: false,
  startedAt,
  finishedAt: `2026-01-01T00:00:${second}.123456789Z`,
});

test("what serves others goes on as long as one of them runs", () => {
  expect(servedUntil(CLUSTER, { "head-0": running, "cpu-0": running })).toBeUndefined();
  expect(servedUntil(CLUSTER, {})).toBeUndefined();
});

test("nothing is left to serve from the end of the last one that was served", () => {
  const two = { replicas: [...CLUSTER.replicas, replica("late-0", false)] };
  const seen = { "head-0": exited(0, 10), "cpu-0": running, "late-0": exited(0, 20) };

  expect(servedUntil(two, seen)).toBe(Date.parse("2026-01-01T00:00:20.123Z"));
});

test("who was served and failed is what counts", () => {
  expect(servedUntil(CLUSTER, { "head-0": exited(1, 10), "cpu-0": running })).toBeUndefined();
});

test("in a run without servants nobody is stopped for the others' end", () => {
  const peers = { replicas: [replica("worker-0", false), replica("worker-1", false)] };

  expect(servedUntil(peers, { "worker-0": exited(0, 10), "worker-1": running })).toBeUndefined();
});
