import { expect, test } from "@jest/globals";

import { FIELDS } from "../../src/manifest/fields.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { DOCKER, errorsOf } from "./parsed.ts";

test("an operator that is not known hides nothing of what stands below it", () => {
  const errors = errorsOf(
    `concurrency: { group: a, cancel: quued }
search: { method: grid }
builder: { context: ../x, dockerfile: ../../Dockerfile }
spec:
  operator: jobst
  comand: x
  engineName: dockr
  types:
    worker: { cuont: 1, resources: { cpus: 0, memory: 1, accelerators: { tpu: { type: v4 } } } }
`,
    DOCKER,
  );

  const found = errors.map((error) => error.split(" ").slice(0, 2).join(" "));
  expect(found).toEqual([
    "1:34 concurrency.cancel",
    "2:1 search",
    "3:21 builder.context",
    "3:39 builder.dockerfile",
    "4:1 spec.command",
    "5:13 spec.operator",
    "6:3 spec.comand",
    "7:15 spec.engineName",
    "9:15 spec.types.worker.cuont",
    "9:44 spec.types.worker.resources.cpus",
    "9:74 spec.types.worker.resources.accelerators.tpu",
  ]);
});

test.each([
  ["Head: { resources: {} }", /Head\.resources needs memory/],
  ["workerPoolSpecs: [ { machineSpec: {} } ]", /machineSpec\.machineType is required/],
  ["job: { ntasks: 0 }", /job\.ntasks must be a whole number/],
])("without an operator, spec.types is read as what it looks like: %s", (types, expected) => {
  const errors = errorsOf(`spec:\n  command: x\n  types: { ${types} }\n`);

  expect(errors).toContainEqual(expect.stringMatching(/spec\.operator is required/));
  expect(errors).toContainEqual(expect.stringMatching(expected));
});

const ODD = ["[1]", "{ a: 1 }", "-1", "1.5", "yes", ".nan", '""'];

test("whatever stands where it should not is told in plain words", () => {
  const messages = FIELDS.flatMap(({ path }) => {
    const names = path.replaceAll("*", "worker").split(".");
    return ODD.flatMap((value) => {
      const text = names.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value);
      return manifestParser.parse(text).errors.map(({ message }) => message);
    });
  });

  expect(messages.length).toBeGreaterThan(1000);
  for (const message of new Set(messages)) {
    expect(message).not.toMatch(/Invalid|expected|received|Too |Unrecognized|undefined|NaN/);
    expect(message).toMatch(/[.?]$/);
  }
});
