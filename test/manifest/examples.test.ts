import { readFileSync, readdirSync } from "node:fs";

import { expect, test } from "@jest/globals";

import { OPERATORS } from "../../src/core/manifest.ts";
import { FIELDS } from "../../src/manifest/fields.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { createPlanner } from "../../src/operators/planner.ts";
import { SOURCE } from "../operators/planned.ts";
import { DOCKER, parsed } from "./parsed.ts";

const FOLDER = new URL("../../manifests/", import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

test.each(names)("the example %s runs on Docker without a warning", (name) => {
  expect(manifestParser.parse(read(name), DOCKER)).toMatchObject({ errors: [], warnings: [] });
  expect(createPlanner().plan(parsed(read(name)), SOURCE).length).toBeGreaterThan(0);
});

test("there is an example for each operator", () => {
  const refused = FIELDS.find(({ path, only }) => path === "spec.operator" && only !== undefined);
  // ray is the older name of kuberay, of which it would be a warning.
  const operators = OPERATORS.filter((name) => name !== "ray" && !refused?.only?.applies(name));

  expect(names).toEqual(expect.arrayContaining(operators.map((name) => `${name}.yaml`)));
});

test("what the examples' comments say of variables is what the replicas find", () => {
  const planned = (name: string) => createPlanner().plan(parsed(read(name)), SOURCE);
  const worker = planned("tf.yaml").find(({ name }) => name === "worker-0");
  const lines = read("tf.yaml")
    .match(/^#\s+(\{.*|"task".*)$/gm)
    ?.map((line) => line.slice(1));

  expect(JSON.parse(worker?.env["TF_CONFIG"] ?? "")).toEqual(JSON.parse(lines?.join("") ?? ""));
  expect(planned("xgboost.yaml")[0]?.env).toMatchObject({ WORKER_ADDRS: "worker-1,worker-2" });
  expect(planned("kuberay.yaml")[0]).toMatchObject({
    env: { RAY_ADDRESS: "head-0:6379" },
    dashboard: "http://head-0:8265",
  });
});
