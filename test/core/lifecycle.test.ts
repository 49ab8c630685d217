import { expect, test } from "@jest/globals";

import { STEPS, type StepChange } from "../../src/core/experiment.ts";
import {
  experimentCan,
  factsAt,
  isFinished,
  NEXT,
  statusOf,
  stepsOf,
} from "../../src/core/lifecycle.ts";

const at = (seconds: number): Date => new Date(seconds * 1000);
const change = (
  step: StepChange["step"],
  status: StepChange["status"],
  seconds: number,
  more: Partial<StepChange> = {},
): StepChange => ({
  step,
  status,
  attempt: 1,
  note: undefined,
  exception: undefined,
  at: at(seconds),
  ...more,
});
const judged = (more: Partial<Parameters<typeof experimentCan.cancel>[0]> = {}) => ({
  step: "Running" as const,
  stepStatus: "Running" as const,
  cancelRequestedAt: undefined,
  cancelKill: false,
  archivedAt: undefined,
  approvedAt: undefined,
  conditions: undefined,
  ...more,
});

test("the steps follow each other in the one order there is", () => {
  const order: string[] = ["Waiting"];
  for (const step of STEPS) if (step !== "Completed") order.push(NEXT[step]);

  expect(order).toEqual([...STEPS]);
});

test("an experiment's status is that of its current step", () => {
  expect(statusOf("Waiting", "Initialize")).toBe("Created");
  expect(statusOf("Waiting", "Running")).toBe("Processing");
  expect(statusOf("Completed", "Running")).toBe("Processing");
  expect(statusOf("Completed", "Succeeded")).toBe("Succeeded");
  expect(statusOf("Building", "Failed")).toBe("Failed");
  expect(statusOf("Running", "Cancelled")).toBe("Cancelled");
  expect(isFinished({ step: "Cloning", stepStatus: "Running" })).toBe(false);
});

test("a new experiment has six steps, all Initialize", () => {
  const steps = stepsOf([change("Waiting", "Initialize", 0)]);

  expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
    STEPS.map((name) => `${name} Initialize`),
  );
});

test("a step's times, tries and exception come from the history", () => {
  const exception = { kind: "BuildFailed", message: "Dockerfile:2 failed" };
  const [, cloning, building, submitting] = stepsOf([
    change("Waiting", "Initialize", 0),
    change("Waiting", "Succeeded", 1),
    change("Cloning", "Running", 1),
    change("Cloning", "Running", 3, { attempt: 2, note: "trying again" }),
    change("Cloning", "Succeeded", 4, { attempt: 2 }),
    change("Building", "Running", 4),
    change("Building", "Failed", 9, { exception }),
  ]);

  expect(cloning).toMatchObject({ startedAt: at(1), finishedAt: at(4), attempt: 2 });
  expect(building).toMatchObject({ status: "Failed", finishedAt: at(9), exception });
  expect(submitting).toMatchObject({ status: "Initialize", startedAt: undefined });
});

test("the running step shows the present note", () => {
  const history = [change("Waiting", "Running", 0, { note: "queued" })];

  const [waiting] = stepsOf(history, { step: "Waiting", note: "2nd in line" });

  expect(waiting?.note).toBe("2nd in line");
});

test("what cannot be done is refused with its reason", () => {
  const finished = judged({ step: "Completed", stepStatus: "Succeeded" });

  expect(experimentCan.cancel(judged())).toEqual({ allowed: true });
  expect(experimentCan.cancel(finished)).toEqual({
    allowed: false,
    reason: "It has already finished.",
  });
  expect(experimentCan.cancel(judged({ step: "Completed" }))).toEqual({
    allowed: false,
    reason: "It is already finishing.",
  });
  const cancelling = judged({ cancelRequestedAt: at(0) });
  expect(experimentCan.cancel(cancelling)).toMatchObject({ allowed: false });
  expect(experimentCan.kill(cancelling)).toEqual({ allowed: true });
  expect(experimentCan.delete(judged())).toMatchObject({ allowed: false });
  expect(experimentCan.archive(finished)).toEqual({ allowed: true });
  expect(experimentCan.approve(judged())).toMatchObject({ allowed: false });
});

test("a step is not entered without the facts it counts on", () => {
  const experiment = { id: "e" } as Parameters<typeof factsAt>[0];

  expect(() => factsAt(experiment, "Building")).toThrow(/without manifest, sourceArchive/);
});
