import { readFileSync } from "node:fs";

import { expect, test } from "@jest/globals";

import { manifestParser } from "../../src/manifest/parse.ts";
import { createPlanner } from "../../src/operators/planner.ts";
import { SOURCE } from "../operators/planned.ts";
import { DOCKER } from "./parsed.ts";
import {
  readWild as read,
  WILD_DOCUMENT,
  WILD_PROJECT,
  wildFiles as files,
  wildTable,
} from "./wild-table.ts";

/** What of the files that are YAML is no manifest, and at which line. */
const NO_MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  "0015d366": ["2 spec.operator"],
  "02c42a41": ["2 spec.operator"],
  "1392bbec": ["1 spec", "2 job", "15 script"],
  "8b6a963f": ["1 spec", "2 job", "15 script"],
  "92866028": ["7 spec.types.job.constraints"],
  d83788bc: ["39 engineName"],
  db350277: ["7 spec.types.job.cluster_constraints"],
  f0e38010: ["2 spec.operator", "2 spec.command", "13 script"],
  "4378b979": ["9 spec.command"],
  "78b44406": ["2 kind"],
};

const faultsOf = (name: string): readonly string[] =>
  manifestParser.parse(read(name)).errors.map(({ line, path }) => `${line} ${path}`);

test.each([
  ["643b9c54", "23 spec.tensorboard"],
  ["f5349ad1", "21 "],
  ["91494044", "4 "],
  ["d41f823e", "6 spec.command"],
  ["03330379", "32 "],
  ["9336c783", "32 "],
])("the broken file %s is refused at its line", (hash, fault) => {
  const name = files("broken-yaml").find((each) => each.includes(hash)) ?? "";

  expect(faultsOf(name)).toEqual([fault]);
});

test.each(files("valid-yaml"))("%s is a manifest, or is told why not", (name) => {
  const expected = Object.entries(NO_MANIFESTS).find(([hash]) => name.includes(hash))?.[1] ?? [];

  expect(faultsOf(name)).toEqual(expected);
});

test("on Docker every reason against a manifest names the engine", () => {
  const reasons = files("valid-yaml").flatMap((name) => {
    const known = new Set(manifestParser.parse(read(name)).errors.map(({ message }) => message));
    const { errors } = manifestParser.parse(read(name), WILD_PROJECT);
    return errors.map(({ message }) => message).filter((message) => !known.has(message));
  });

  expect(reasons).toHaveLength(6);
  expect(reasons.filter((message) => !message.includes("engine docker"))).toEqual([]);
});

test("docs/manifests-in-the-wild.md says of each what becomes of it", () => {
  expect(readFileSync(WILD_DOCUMENT, "utf8")).toContain(wildTable());
});

test("every manifest that Docker takes has a plan, whose replicas have names of their own", () => {
  const accepted = files("valid-yaml").flatMap(
    (name) => manifestParser.parse(read(name), WILD_PROJECT).manifest ?? [],
  );
  const operators = new Set(accepted.map(({ spec }) => spec.operator));

  expect(accepted).toHaveLength(29);
  expect(operators.size).toBe(7);
  for (const manifest of accepted) {
    const names = createPlanner()
      .plan(manifest, SOURCE)
      .map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  }
});

test("the old version is refused with the lines that replace it, and they are a manifest", () => {
  const name = files("valid-yaml").find((each) => each.includes("jumanji")) ?? "";
  const [error] = manifestParser.parse(read(name)).errors;
  const { manifest } = manifestParser.parse(error?.suggestion ?? "", DOCKER);

  expect(error?.message).toContain("Write instead:\nkind: AIchorManifest");
  expect(manifest?.spec.types[0]).toMatchObject({
    name: "worker",
    count: 1,
    resources: { cpus: 4 },
  });
});
