import { expect, test } from "@jest/globals";

import { manifestParser } from "../../src/manifest/parse.ts";
import { DOCKER, errorsOf, withSpec } from "./parsed.ts";

const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x]",
  ..."bcdefghi"
    .split("")
    .map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]`,
    ),
].join("\n");

test.each([
  ["an empty file", "", "1:1  The file is empty"],
  ["a file of comments", "# nothing\n", "1:1  The file is empty"],
  ["a list", "- a", "1:1  The manifest must be a mapping"],
  ["a bomb of aliases", bomb, "10000 values"],
  ["an alias of itself", "a: &a [*a]", "1:9  The alias *a stands inside"],
  ["an alias of nothing", "a: *a", "1:5  The alias *a refers to nothing"],
  ["two documents", "a: 1\n---\nb: 2", "2 YAML documents"],
  ["51 levels", `a: ${"[".repeat(51)}${"]".repeat(51)}`, "maxDepth"],
  ["257 KiB", `# ${"x".repeat(257 * 1024)}`, "larger than 256 KiB"],
  ["a zero byte", "a: \0", "null byte"],
  ["a tab", "spec:\n\toperator: jobset", "2:1  This is not YAML"],
  ["a missing space", `${withSpec()}\n  image:x # a`, "A space is missing behind the colon"],
])("%s is refused with a sentence", (_, text, message) => {
  expect(errorsOf(text, DOCKER)).toEqual([expect.stringContaining(message)]);
});

test("__proto__ and tags do nothing but be refused", () => {
  const { errors, manifest } = manifestParser.parse(
    `${withSpec()}\n__proto__: { polluted: 1 }\nname: !!js/function x`,
  );

  expect(manifest).toBeUndefined();
  expect(errors.map(({ message }) => message)).toEqual([
    "The key __proto__ cannot be used.",
    "The tag !!js/function has no meaning in a manifest.",
  ]);
  expect({}).not.toHaveProperty("polluted");
});

test("names that every object has are ordinary names", () => {
  expect(errorsOf(`constructor: 1\ntoString: 2\n${withSpec()}`)).toHaveLength(2);
  expect(errorsOf(`params: { constructor: 1, hasOwnProperty: 2 }\n${withSpec()}`)).toEqual([]);
});

test("a file of thousands of faults is answered with its first hundred", () => {
  const files = [
    Array.from({ length: 4900 }, (_, index) => `p${index}: 1`).join("\n"),
    withSpec(
      "env:",
      ...Array.from({ length: 4900 }, (_, index) => `  P${index}: "{{ params.q }}"`),
    ),
    `spec:\n  command: '${"{{ params.x }} ".repeat(15_000)}'`,
    `spec:\n  operator: jobset\n  types:\n${Array.from({ length: 2400 }, (_, index) => `    P${index}: { foo: 1 }`).join("\n")}`,
  ];
  for (const text of files) {
    const { errors } = manifestParser.parse(text, DOCKER);

    expect(errors).toHaveLength(100);
  }
});

test("a name as long as the file is told without its middle, at most a hundred times", () => {
  const name = "x".repeat(100_000);
  const groups = Array.from({ length: 150 }, (_, index) => `f${index}: 1`).join(", ");
  const { errors } = manifestParser.parse(
    `spec: { operator: jobset, command: x, types: { ${name}: { ${groups} } } }`,
  );

  expect(errors).toHaveLength(100);
  const messages = errors.map(({ message }) => message);
  expect(messages).toContainEqual(
    expect.stringMatching(/^spec\.types\.x+ … x+\.f9 is not known\.$/),
  );
  expect(JSON.stringify(errors).length).toBeLessThan(100_000);
});

test.each([
  ["line feeds", "\n"],
  ["carriage returns and line feeds", "\r\n"],
  ["carriage returns", "\r"],
])("lines that end with %s are counted alike", (_, end) => {
  const text = `\uFEFFname: a\nname: b\n${withSpec("comand: x")}`.replaceAll("\n", end);

  expect(errorsOf(text)).toEqual([
    "2:1 name The key name is given twice, first on line 1.",
    "7:3 spec.comand spec.comand is not known, did you mean command?",
  ]);
});
