import { readFileSync } from "node:fs";

import { expect, test } from "@jest/globals";

import { matches } from "../../src/manifest/field-patterns.ts";
import { SERVED_ENGINES } from "../../src/manifest/field.ts";
import { FIELDS } from "../../src/manifest/fields.ts";
import { manifestJsonSchema } from "../../src/manifest/json-schema.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { DOCUMENT, fieldTable } from "./field-table.ts";
import { DOCKER, errorsOf, parsed, withSpec } from "./parsed.ts";

test.each([
  [
    "an operator that is an engine of its own",
    withSpec()
      .replace("jobset", "slurm")
      .replace("worker: { resources: { memory: 2 } }", "job: { nodes: 2 }"),
    "2:13 spec.operator",
  ],
  ["a search", `${withSpec()}\nsearch: { any: thing }`, "5:1 search"],
  ["a workflow", `${withSpec()}\nnodes: { any: thing }`, "5:1 nodes"],
  ["a schedule", `${withSpec()}\nschedule: "0 0 * * *"`, "5:11 schedule"],
  ["ptrace", withSpec("securityContext: { ptrace: true }"), "5:30 spec.securityContext.ptrace"],
  [
    "a shutdown command",
    withSpec("gracefulTermination: { shutdownCommand: [a] }"),
    "5:26 spec.gracefulTermination.shutdownCommand",
  ],
  [
    "a TPU",
    withSpec().replace("memory: 2", "memory: 2, accelerators: { tpu: { tpuChipsCount: 1 } }"),
    "4:62 spec.types.worker.resources.accelerators.tpu",
  ],
  [
    "RDMA",
    withSpec().replace("memory: 2", "memory: 2, rdma: { devices: [a] }"),
    "4:46 spec.types.worker.resources.rdma",
  ],
])("%s is refused at its place, by the engine's name", (_, text, place) => {
  const errors = errorsOf(text, DOCKER);

  expect(errors).toEqual([expect.stringContaining(`${place} `)]);
  expect(errors[0]).toContain("on engine docker");
  expect(manifestParser.parse(text).errors).toEqual([]);
});

test.each([
  ["TensorBoard", withSpec("tensorboard: { enabled: true }"), "spec.tensorboard.enabled"],
  [
    "a storage class",
    withSpec("storage: { sharedVolume: { mountPoint: /mnt, storageClass: x } }"),
    "spec.storage.sharedVolume.storageClass",
  ],
  ["Jupyter", withSpec("debug: { jupyter: true }"), "spec.debug.jupyter"],
  ["VS Code", withSpec("debug: { vscode: { enabled: true } }"), "spec.debug.vscode.enabled"],
  [
    "selectors",
    withSpec().replace("memory: 2", "memory: 2, extraSelectors: { a: b }"),
    "spec.types.worker.resources.extraSelectors",
  ],
  [
    "tolerations",
    withSpec().replace("memory: 2", 'memory: 2, extraTolerations: [{ key: a, value: "" }]'),
    "spec.types.worker.resources.extraTolerations",
  ],
])("%s has no effect, which is a warning", (_, text, path) => {
  const { manifest, warnings } = manifestParser.parse(text, DOCKER);

  expect(manifest).toBeDefined();
  expect(warnings).toEqual([
    expect.objectContaining({ path, message: expect.stringContaining("on engine docker") }),
  ]);
});

test("what is switched off asks for nothing", () => {
  const text = `${withSpec(
    "tensorboard: { enabled: false, usePVC: { enabled: false } }",
    "debug: { jupyter: false, vscode: { enabled: false } }",
    "securityContext: { ptrace: false }",
  )}\nbuilder: { skipBuild: { enabled: false } }\nconcurrency: { group: a, cancel: none }`;

  expect(manifestParser.parse(text, DOCKER)).toMatchObject({ errors: [], warnings: [] });
});

test.each([
  "rdma: { devices: [] }",
  "accelerators: { gpu: { count: 0, product: A100 }, tpu: { type: v5e, tpuChipsCount: 0 } }",
  "extraSelectors: {}, extraTolerations: []",
])("a block that is kept for another day asks for nothing: %s", (block) => {
  const text = withSpec().replace("memory: 2", `memory: 2, ${block}`);

  expect(manifestParser.parse(text, DOCKER)).toMatchObject({ errors: [], warnings: [] });
});

const withGroup = (group: string) => withSpec().replace("resources:", `${group} resources:`);

test("fewer parallelisms than completions are refused, for all would run at once", () => {
  expect(errorsOf(withGroup("completions: 3,"), DOCKER)).toEqual([
    "4:35 spec.types.worker.completions spec.types.worker.completions cannot be honoured: engine docker runs all 3 completions of a job at once. Write parallelisms: 3, or use count.",
  ]);
  expect(errorsOf(withGroup("completions: 3, parallelisms: 2,"), DOCKER)).toHaveLength(1);
  expect(parsed(withGroup("completions: 3, parallelisms: 3,")).spec.types[0]).toMatchObject({
    completions: 3,
  });
  expect(parsed(withGroup("parallelisms: 5,")).spec.types[0]).toMatchObject({ completions: 1 });
});

test("an engine of a kind that is not served yet is told as such", () => {
  const engines = [{ name: "lab", kind: "slurm" as const, aliases: [] }];

  expect(errorsOf(withSpec(), { engines, defaultEngine: "lab" })).toEqual([
    "1:1  Engine lab is of the kind slurm, which is not available yet.",
  ]);
});

test("the dummy engine takes what Docker takes", () => {
  for (const { support } of FIELDS) expect(support.dummy).toEqual(support.docker);
});

/** Every path of the published schema, `*` for any name or index. */
function pathsOf(schema: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((each) => pathsOf(each, path));
  return Object.entries(schema).flatMap(([key, value]): readonly string[] => {
    if (key === "oneOf" || key === "anyOf") return pathsOf(value, path);
    if (key === "items") return pathsOf(value, [...path, "*"]);
    if (key === "additionalProperties" && typeof value === "object")
      return [[...path, "*"].join("."), ...pathsOf(value, [...path, "*"])];
    if (key !== "properties" || typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, inner]) => [
      [...path, name].join("."),
      ...pathsOf(inner, [...path, name]),
    ]);
  });
}

test("the schema and the table of fields know the same fields", () => {
  const published = new Set(pathsOf(manifestJsonSchema()));
  const patterns = FIELDS.map(({ path }) => path.split("."));

  const untold = [...published].filter(
    (path) => !patterns.some((pattern) => matches(pattern, path.split("."))),
  );
  // The parents of lists and of what is refused as a whole need no row of their own.
  expect(
    untold.filter((path) => !FIELDS.some((field) => field.path.startsWith(`${path}.`))),
  ).toEqual([]);
  const unpublished = FIELDS.filter(
    ({ path }) => ![...published].some((each) => matches(path.split("."), each.split("."))),
  );
  expect(unpublished.map(({ path }) => path)).toEqual([]);
});

test("docs/manifest.md holds the table as the code has it", () => {
  expect(SERVED_ENGINES).toContain("docker");
  expect(readFileSync(DOCUMENT, "utf8")).toContain(fieldTable());
});

test("no manifest sets what docs/manifest.md says a container finds, but for OMP_NUM_THREADS", () => {
  const [, section = ""] = readFileSync(DOCUMENT, "utf8").split("\n## Environment\n");
  const rows = section.split("\n## ")[0]?.matchAll(/^\| (`.*?) \|/gm) ?? [];
  const names = [...rows].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)(?:<NAME>)?`/g)].map(([, name = ""]) => name),
  );

  expect(names.length).toBeGreaterThan(45);
  for (const name of names)
    expect(errorsOf(withSpec(`env: { ${name}: x }`))).toEqual([
      expect.stringContaining("is set by Assay"),
    ]);
  expect(errorsOf(withSpec("env: { OMP_NUM_THREADS: 3 }"))).toEqual([]);
});

test("the JSON Schema is closed, and tells what each field is", () => {
  const schema = JSON.stringify(manifestJsonSchema());

  expect(schema).toContain('"additionalProperties":false');
  expect(schema).toContain("A shell command; replaces the image's ENTRYPOINT.");
});
