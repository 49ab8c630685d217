import { expect, test } from "@jest/globals";

import { selectLog } from "../../src/api/select-log.ts";
import type { LogKey, LogRecord } from "../../src/core/log-store.ts";
import { run } from "./examples.ts";

const log = (key: Omit<LogKey, "experimentId">): LogRecord => ({
  id: JSON.stringify(key),
  experimentId: "e",
  stored: 0,
  raw: { stdout: 0, stderr: 0 },
  held: { stdout: "", stderr: "" },
  sealed: false,
  sha256: undefined,
  writerToken: 1,
  ...key,
});
const [replica] = run().plan.replicas;
const replicas = ["master-0", "worker-0"].flatMap((name) =>
  replica ? [{ ...replica, name }] : [],
);
const runs = [run({ id: "r", name: "train", plan: { ...run().plan, replicas } })];
const building = log({ step: "Building" });
const running = [1, 2].flatMap((attempt) =>
  ["worker-0", "master-0"].map((replica) => log({ step: "Running", runId: "r", attempt, replica })),
);
const pick = (logs: readonly LogRecord[], wanted: Parameters<typeof selectLog>[2]): unknown => {
  const { step, attempt, replica } = selectLog(logs, runs, wanted) ?? {};
  return step && [step, attempt, replica].join(" ").trim();
};

test("without a word it is the last step that has a log", () => {
  expect(pick([building, log({ step: "Cloning" })], {})).toBe("Building");
  expect(pick([], {})).toBeUndefined();
});

test("in Running it is replica 0 of the last attempt, in the order of the plan", () => {
  expect(pick([building, ...running], {})).toBe("Running 2 master-0");
});

test("step, run, attempt and replica choose, a replica also by its index", () => {
  const all = [building, ...running];

  expect(pick(all, { step: "Building" })).toBe("Building");
  expect(pick(all, { attempt: 1 })).toBe("Running 1 master-0");
  expect(pick(all, { replica: "1" })).toBe("Running 2 worker-0");
  expect(pick(all, { run: "train", replica: "worker-0", attempt: 1 })).toBe("Running 1 worker-0");
});

test("what is not there is not replaced by something else", () => {
  const all = [building, ...running];

  expect(pick(all, { step: "Cloning" })).toBeUndefined();
  expect(pick(all, { replica: "2" })).toBeUndefined();
  expect(pick(all, { replica: "-1" })).toBeUndefined();
  expect(pick(all, { attempt: 3 })).toBeUndefined();
  expect(pick(all, { run: "other" })).toBeUndefined();
});
