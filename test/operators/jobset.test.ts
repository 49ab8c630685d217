import { expect, test } from "@jest/globals";

import { UnsupportedError } from "../../src/core/errors.ts";
import type { PlanSource } from "../../src/core/operator.ts";
import { createPlanner } from "../../src/operators/planner.ts";
import { parsed, withSpec } from "../manifest/parsed.ts";
import { plan, SOURCE } from "./planned.ts";

const seed = (source: Partial<PlanSource>) => plan(withSpec(), source)[0]?.env["ASSAY_SEED"];

test("every replica knows its place among jobs and completions", () => {
  const replicas = plan(`
spec:
  operator: jobset
  command: "true"
  types:
    master: { resources: { memory: 1 } }
    worker: { count: 2, completions: 3, parallelisms: 3, resources: { cpus: 4, memory: 1 } }
`);

  expect(replicas.map(({ name }) => name)).toEqual([
    "master-0",
    "worker-0",
    "worker-1",
    "worker-2",
    "worker-3",
    "worker-4",
    "worker-5",
  ]);
  expect(replicas[5]).toMatchObject({
    type: "worker",
    index: 4,
    env: {
      JOB_INDEX: "1",
      JOB_GLOBAL_INDEX: "2",
      JOB_COMPLETION_INDEX: "1",
      REPLICATED_JOB_NAME: "worker",
      REPLICATED_JOB_REPLICAS: "2",
      GLOBAL_REPLICAS: "3",
      OMP_NUM_THREADS: "4",
    },
    resources: { cpus: 4 },
  });
});

test("a replica is told its experiment, its commit and its folders", () => {
  const [replica] = plan(withSpec(), { repository: "https://example.org/digits.git" });

  expect(replica?.env).toMatchObject({
    ASSAY_EXPERIMENT_ID: SOURCE.id,
    AICHOR_EXPERIMENT_ID: SOURCE.id,
    AICHOR_PROJECT_ID: "p-1",
    ASSAY_PROJECT: "digits",
    AICHOR_EXPERIMENT_MESSAGE: "exp: lower the rate\n\nbody",
    VCS_COMMIT_MESSAGE: "exp: lower the rate\n\nbody",
    VCS_SHA: "3f2a91c".padEnd(40, "0"),
    VCS_BRANCH: "main",
    VCS_AUTHOR_NAME: "Ada",
    VCS_AUTHOR_EMAIL: "ada@example.org",
    VCS_REPOSITORY: "https://example.org/digits.git",
    ASSAY_INPUT_PATH: "/assay/input/",
    AICHOR_INPUT_PATH: "/assay/input/",
    ASSAY_OUTPUT_PATH: "/assay/output/",
    AICHOR_OUTPUT_PATH: "/assay/output/",
    AICHOR_TENSORBOARD_PATH: "/assay/output/tensorboard/",
    AICHOR_LOGS_PATH: "/assay/output/tensorboard/",
    RUNNING_ON_AICHOR: "true",
    OMP_NUM_THREADS: "1",
    ASSAY_PARAMS: "{}",
  });
  expect(replica?.env).not.toHaveProperty("ASSAY_PARENT_OUTPUT_PATH");
});

test("a resubmit is told where its parent's outputs are", () => {
  const [replica] = plan(withSpec(), { parentId: "0b6f8f0e-0000-4000-8000-000000000000" });

  expect(replica?.env).toMatchObject({ ASSAY_PARENT_OUTPUT_PATH: "/assay/parent/" });
});

test("what is not known is left out", () => {
  const [replica] = plan(withSpec(), {
    source: {
      kind: "archive",
      commit: undefined,
      branch: undefined,
      message: "",
      author: undefined,
    },
  });

  for (const name of ["VCS_SHA", "VCS_BRANCH", "VCS_AUTHOR_NAME", "VCS_REPOSITORY"])
    expect(replica?.env).not.toHaveProperty(name);
});

test("parameters are variables, and all of them JSON; the experiment's win", () => {
  const text = `params: { lr: 0.1, batch-size: 64, note: "a b", flag: true, none: ~ }\n${withSpec()}`;
  const [replica] = plan(text, { params: { lr: 0.5 } });

  expect(replica?.env).toMatchObject({
    PARAM_LR: "0.5",
    PARAM_BATCH_SIZE: "64",
    PARAM_NOTE: "a b",
    PARAM_FLAG: "true",
    PARAM_NONE: "",
  });
  expect(JSON.parse(replica?.env["ASSAY_PARAMS"] ?? "")).toEqual({
    lr: 0.5,
    "batch-size": 64,
    note: "a b",
    flag: true,
    none: null,
  });
});

test("the manifest's variables win over the project's, Assay's over both", () => {
  const projectEnv = { A: "project", B: "project", VCS_BRANCH: "forged", OMP_NUM_THREADS: "3" };
  const [replica] = plan(withSpec("env: { A: manifest }"), { projectEnv });
  const [quiet] = plan(withSpec("env: { OMP_NUM_THREADS: 7 }"), { projectEnv });

  expect(replica?.env).toMatchObject({
    A: "manifest",
    B: "project",
    VCS_BRANCH: "main",
    OMP_NUM_THREADS: "3",
  });
  expect(quiet?.env).toMatchObject({ OMP_NUM_THREADS: "7" });
});

test("the seed is the same for the same experiment, and small enough for every library", () => {
  expect(seed({})).toBe(seed({}));
  expect(seed({ id: "another" })).not.toBe(seed({}));
  expect(seed({ run: "trial-1" })).not.toBe(seed({ run: "trial-2" }));
  expect(Number(seed({}))).toBeLessThan(2 ** 31);
  expect(seed({})).toMatch(/^\d+$/);
});

test("a message that no variable can hold is cut", () => {
  const [replica] = plan(withSpec(), {
    source: { ...SOURCE.source, message: "é".repeat(500_000) },
  });
  const bytes = new TextEncoder().encode(replica?.env["VCS_COMMIT_MESSAGE"]).length;

  expect(bytes).toBeGreaterThan(60_000);
  expect(bytes).toBeLessThan(128 * 1024);
});

test("an operator that is an engine of its own is refused", () => {
  const manifest = parsed(withSpec());
  const other = { ...manifest, spec: { ...manifest.spec, operator: "slurm" as const } };

  expect(() => createPlanner().plan(other, SOURCE)).toThrow(UnsupportedError);
});
