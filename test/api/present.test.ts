import { expect, test } from "@jest/globals";

import { presentExperiment, presentItem } from "../../src/api/present/experiment.ts";
import { presentRun, presentRunDetail } from "../../src/api/present/run.ts";
import { ExperimentAnswer, ExperimentItem } from "../../src/contract/experiment.ts";
import { RunDetailAnswer } from "../../src/contract/run.ts";
import type { Step, StepChange, StepStatus } from "../../src/core/experiment.ts";
import { attempt, experiment, run } from "./examples.ts";

const at = new Date("2026-03-04T05:06:07.008Z");
const change = (step: Step, status: StepStatus): StepChange => ({
  step,
  status,
  attempt: 1,
  note: undefined,
  exception: undefined,
  at,
});
const history = [
  change("Waiting", "Initialize"),
  change("Waiting", "Running"),
  change("Waiting", "Succeeded"),
  change("Cloning", "Running"),
];
const project = { forge: "github", repository: "https://github.com/lab/digits.git" } as const;

test("an experiment is shown with six steps, UTC times with milliseconds, and null for what is not there", () => {
  const shown = presentExperiment(
    experiment({ step: "Cloning", stepStatus: "Running", note: "fetching" }),
    { project, history, metrics: {}, runs: [] },
  );

  expect(ExperimentAnswer.strict().parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({
    shortId: "3f2a91",
    status: "Processing",
    project: { slug: "digits" },
    description: null,
    parentId: null,
    image: null,
    resources: null,
    manifest: null,
    manifestText: null,
    createdAt: "2026-03-04T05:06:07.008Z",
    finishedAt: null,
  });
  expect(shown.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "Waiting Succeeded",
    "Cloning Running",
    "Building Initialize",
    "Submitting Initialize",
    "Running Initialize",
    "Completed Initialize",
  ]);
  expect(shown.steps[1]).toMatchObject({ note: "fetching", finishedAt: null, attempt: 1 });
  expect(shown.source.url).toBe(`https://github.com/lab/digits/tree/${shown.source.commit}`);
});

test("an item of a list has everything but the manifests", () => {
  const shown = presentItem(experiment({ manifestText: "kind: AIchorManifest" }), {
    project,
    history,
    metrics: {},
    runs: [{ run: run(), attempts: [attempt()] }],
  });

  expect(ExperimentItem.strict().parse(shown)).toEqual(shown);
  expect(shown).not.toHaveProperty("manifest");
  expect(shown).not.toHaveProperty("manifestText");
});

test("a run shows the replicas of its current attempt", () => {
  const replicas = {
    "worker-0": {
      kind: "exited",
      exitCode: 3,
      outOfMemory: false,
      startedAt: "2026-03-04T05:06:07Z",
      finishedAt: "2026-03-04T05:06:09.123456Z",
    },
  } as const;
  const shown = presentRun(run({ attempt: 2 }), [
    attempt({ number: 1, observation: { kind: "running", replicas: {} } }),
    attempt({ number: 2, observation: { kind: "exited", replicas } }),
  ]);

  expect(shown.replicas).toEqual([
    {
      name: "worker-0",
      state: "exited",
      exitCode: 3,
      startedAt: "2026-03-04T05:06:07.000Z",
      finishedAt: "2026-03-04T05:06:09.123Z",
      resources: { cpus: 2, gpus: 1, memoryGb: 8 },
    },
  ]);
});

test("a replica that was never made is pending, and one that vanished is lost", () => {
  const lost = attempt({ observation: { kind: "lost", replicas: {} } });

  expect(presentRun(run(), []).replicas[0]?.state).toBe("pending");
  expect(presentRun(run(), [lost]).replicas[0]?.state).toBe("lost");
});

test("a run by itself tells its attempts in order, and no environment", () => {
  const shown = presentRunDetail(run({ attempt: 2 }), [
    attempt({ number: 2 }),
    attempt({ number: 1 }),
  ]);

  expect(RunDetailAnswer.strict().parse(shown)).toEqual(shown);
  expect(shown.attempts.map(({ number }) => number)).toEqual([1, 2]);
  expect(JSON.stringify(shown)).not.toContain("SECRET");
});
