import { expect, test } from "@jest/globals";

import { manifestParser } from "../../src/manifest/parse.ts";

const withTypes = (operator: string, types: string) =>
  manifestParser.parse(`spec:\n  operator: ${operator}\n  command: x\n  types: ${types}\n`);
const SMALL = "resources: { memory: 1 }";

test("the groups Worker and Master are read in lower case, with a warning", () => {
  const { manifest, warnings } = withTypes(
    "jobset",
    `{ Master: { ${SMALL} }, Worker: { count: 2, ${SMALL} } }`,
  );

  expect(manifest?.spec.types.map(({ name, count }) => [name, count])).toEqual([
    ["master", 1],
    ["worker", 2],
  ]);
  expect(warnings.map(({ path, message }) => [path, message])).toEqual([
    ["spec.types.Master", "The group Master is now written master."],
    ["spec.types.Worker", "The group Worker is now written worker."],
  ]);
});

test("an error in an older shape is told with the names of the file", () => {
  const { errors } = withTypes("jobset", "{ Worker: { count: x, resources: { memory: 1 } } }");

  expect(errors.map(({ path }) => path)).toEqual(["spec.types.Worker.count"]);
});

test.each(["pytorch", "xgboost"])("%s's master is rank 0 of its workers", (operator) => {
  const { manifest, warnings } = withTypes(
    operator,
    `{ Master: { ${SMALL} }, Worker: { count: 2, ${SMALL} } }`,
  );

  expect(manifest?.spec.types).toEqual([expect.objectContaining({ name: "worker", count: 3 })]);
  expect(warnings.map(({ message }) => message)).toContain(
    "Master is now rank 0 of the group worker: read as worker with count: 3.",
  );
});

test("a master alone is one worker", () => {
  expect(withTypes("pytorch", `{ Master: { ${SMALL} } }`).manifest?.spec.types).toEqual([
    expect.objectContaining({ name: "worker", count: 1 }),
  ]);
});

test("a master asks for the same as its workers, however both are written", () => {
  const { errors } = withTypes(
    "pytorch",
    '{ Master: { resources: { cpus: "4", ramRatio: 2.0 } }, Worker: { resources: { cpuLimitRatio: 2, cpus: 4, ramRatio: 2 } } }',
  );

  expect(errors).toEqual([]);
});

test("a master that asks for other resources than its workers cannot be one of them", () => {
  const { errors } = withTypes(
    "pytorch",
    `{ Master: { resources: { memory: 2 } }, Worker: { ${SMALL} } }`,
  );

  expect(errors.map(({ path, message }) => [path, message])).toEqual([
    [
      "spec.types.Master",
      "Master and Worker are one group now and must ask for the same resources.",
    ],
  ]);
});

test("ray is read as kuberay, its job on the head", () => {
  const { manifest, warnings } = withTypes(
    "ray",
    `{ Head: { ${SMALL} }, Job: { ${SMALL} }, Workers: [{ name: cpu, count: 2, ${SMALL} }] }`,
  );

  expect(manifest?.spec).toMatchObject({
    operator: "kuberay",
    types: [
      { name: "head", count: 1 },
      { name: "cpu", count: 2 },
    ],
  });
  expect(warnings.map(({ path }) => path)).toEqual(["spec.operator", "spec.types.Job"]);
});

test.each([
  ["jobset", `{ Worker: { count: 2, ${SMALL} } }`, "jobset", `{ worker: { count: 2, ${SMALL} } }`],
  ["batchjob", `{ Worker: { ${SMALL} } }`, "batchjob", `{ worker: { ${SMALL} } }`],
  [
    "tf",
    `{ Chief: { ${SMALL} }, PS: { ${SMALL} }, Worker: { ${SMALL} }, Evaluator: { ${SMALL} } }`,
    "tf",
    `{ chief: { ${SMALL} }, ps: { ${SMALL} }, worker: { ${SMALL} }, evaluator: { ${SMALL} } }`,
  ],
  ["jax", `{ Worker: { count: 4, ${SMALL} } }`, "jax", `{ worker: { count: 4, ${SMALL} } }`],
  ...["pytorch", "xgboost"].map((operator): [string, string, string, string] => [
    operator,
    `{ Master: { count: 1, ${SMALL} }, Worker: { count: 3, ${SMALL} } }`,
    operator,
    `{ worker: { count: 4, ${SMALL} } }`,
  ]),
  [
    "ray",
    `{ Job: { ${SMALL} }, Head: { ${SMALL} }, Workers: [{ name: cpu, count: 2, ${SMALL} }] }`,
    "kuberay",
    `{ Head: { ${SMALL} }, Workers: [{ name: cpu, count: 2, ${SMALL} }] }`,
  ],
])("the older shape of %s is the same manifest as today's", (old, oldTypes, today, types) => {
  const older = withTypes(old, oldTypes);

  expect(older.manifest).toBeDefined();
  expect(older.manifest).toEqual(withTypes(today, types).manifest);
  expect(older.warnings.length).toBeGreaterThan(0);
});

test("the head is one, and may say so", () => {
  const heads = (count: number) => withTypes("kuberay", `{ Head: { count: ${count}, ${SMALL} } }`);

  expect(heads(1).manifest?.spec.types).toMatchObject([{ name: "head", count: 1 }]);
  expect(heads(2).errors.map(({ path }) => path)).toEqual(["spec.types.Head.count"]);
});

test("Slurm's and Vertex AI's forms are manifests", () => {
  expect(
    withTypes("slurm", "{ job: { nodes: 2, cpus_per_task: 4, time: 01:00:00 } }").errors,
  ).toEqual([]);
  expect(
    withTypes(
      "vertexai",
      "{ workerPoolSpecs: [{ machineSpec: { machineType: n1-standard-4 }, replicaCount: 2 }] }",
    ).errors,
  ).toEqual([]);
});
