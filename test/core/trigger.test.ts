import { expect, test } from "@jest/globals";

import { MESSAGE_LIMIT, readTrigger } from "../../src/core/trigger.ts";
import { seededRandom } from "./seeded-random.ts";

const strict = (message: string) => readTrigger(message, "strict");
const loose = (message: string) => readTrigger(message, "loose");
const started = (message: string) => {
  const verdict = strict(message);
  if (verdict.kind !== "start")
    throw new Error(`${message} starts nothing: ${JSON.stringify(verdict)}`);
  return verdict;
};

test.each([
  ["exp: lower the rate", undefined, "lower the rate"],
  ["EXP: lower the rate", undefined, "lower the rate"],
  ["Exp : lower the rate", undefined, "lower the rate"],
  ["exp:lower the rate", undefined, "lower the rate"],
  ["exp:", undefined, ""],
  ["\uFEFFexp: with a byte order mark", undefined, "with a byte order mark"],
  ["exp[train]: go", "train", "go"],
  ["exp[team/train.yaml]: go [ref]", "team/train.yaml", "go [ref]"],
  ["exp[v1.2]: a version is no extension", "v1.2", "a version is no extension"],
  ["exp(train.yml): go", "train.yml", "go"],
  ["aichor[train]: go", "train", "go"],
  ["AIchor(train.yaml): go", "train.yaml", "go"],
])("%j starts an experiment", (message, selector, title) => {
  expect(started(message)).toMatchObject({ selectors: [selector], title, warnings: [] });
});

test("several manifests start several experiments, repeated names only one", () => {
  expect(started("exp[a.yaml, b ,a.yaml]: sweep").selectors).toEqual(["a.yaml", "b"]);
  expect(started("exp(a.yaml,b.yml): sweep").selectors).toEqual(["a.yaml", "b.yml"]);
});

test.each([
  "",
  "fix: a bug",
  "exp-old: remove",
  "exp(scope): how people write ordinary commits",
  "exp/foo: x",
  "exp_foo: x",
  "export: x",
  "exp2: x",
  "expérience: x",
  "Aichor manifests are tidied",
  'Revert "exp: lower the rate"',
  "a body mentions it\n\nexp: not here",
])("%j starts nothing and says nothing", (message) => {
  expect(strict(message)).toEqual({ kind: "none" });
});

test.each([
  ["EXP lower the rate", "exp: lower the rate"],
  ["exp", "exp: …"],
  ["exp; lower", "exp: lower"],
  ["exp：full width", "exp: full width"],
  ["exp[a] no colon", "exp[a]: no colon"],
  ["exp[a", "exp[a]: …"],
  ["exp[a: lower the rate", "exp[a]: lower the rate"],
  ["exp[a, b.yaml: lower: the rate", "exp[a, b.yaml]: lower: the rate"],
  ["exp(a.yaml: lower", "exp[a.yaml]: lower"],
  ["exp[: lower", "exp[<manifest>]: lower"],
  ["exp [a]: a space", "exp[a]: a space"],
  ["exp(a.yaml) no colon", "exp[a.yaml]: no colon"],
  ["aichor: no manifest", "exp: no manifest"],
  ["aichor(train): x", "aichor(train.yaml): …"],
  ["  exp: indented", "exp: …"],
  ["experiment: x", "exp: …"],
])("%j starts nothing and is answered with what was meant", (message, meant) => {
  const verdict = strict(message);

  expect(verdict).toMatchObject({ kind: "near-miss" });
  expect(JSON.stringify(verdict)).toContain(meant);
});

test.each([
  ["exp[/etc/x]: a", "starts with /"],
  ["exp[../x]: a", '".."'],
  ["exp[a/..b]: a", '".."'],
  [String.raw`exp[a\b]: a`, "backslash"],
  ["exp[a\u0007b]: a", "control character"],
  ["exp[a\u202Eb]: a", "control character"],
  ["exp[train.json]: a", ".json"],
  ["exp[a,b.py]: one bad item refuses all", ".py"],
  ["exp[]: a", "missing"],
  ["exp[a,,b]: a", "missing"],
  ["exp[./a]: a", "relative to manifests/"],
  ["exp(a.yaml,b): a", "needs its extension"],
  [`exp[${Array.from({ length: 21 }, (_, index) => `m${index}`).join(",")}]: a`, "at most 20"],
  ["exp: t\n\nExp-Parm: lr=1", "did you mean Exp-Param?"],
  ["exp: t\n\nExp-Param: lr", "name=value"],
  ["exp: t\n\nExp-Param: lr=1\nExp-Param: lr=2", "given twice"],
  ["exp: t\n\nExp-Priority: 0", "from 1"],
  ["exp: t\n\nExp-Priority: 100", "to 99"],
  ["exp: t\n\nExp-Timeout: soon", "Exp-Timeout"],
  ["exp: t\n\nExp-Name: a\nExp-Name: b", "2 times"],
  ["exp: t\n\nExp-Name:", "no value"],
])("%j is refused with the reason", (message, reason) => {
  const verdict = strict(message);

  expect(verdict).toMatchObject({ kind: "refused" });
  expect(JSON.stringify(verdict)).toContain(JSON.stringify(reason).slice(1, -1));
});

test("a marker suppresses the trigger, visibly", () => {
  for (const marker of ["[skip exp]", "[skip ci]", "[CI skip]"]) {
    expect(strict(`exp: lower ${marker}`)).toMatchObject({ kind: "skipped" });
    expect(strict(`exp: lower\n\nbecause of ${marker}`)).toMatchObject({ kind: "skipped" });
    expect(strict(`fix: ${marker}`)).toEqual({ kind: "none" });
  }
});

test("loose mode takes exp with anything behind it that is no letter or digit", () => {
  expect(loose("EXP lower the rate")).toMatchObject({
    selectors: [undefined],
    title: "lower the rate",
  });
  expect(loose("exp-poc")).toMatchObject({ kind: "start", title: "poc" });
  expect(loose("exp; x")).toMatchObject({ kind: "start", title: "x" });
  expect(loose("exp(scope): x")).toMatchObject({ kind: "start", selectors: [undefined] });
  expect(loose("exp[a]: x")).toMatchObject({ kind: "start", selectors: ["a"] });
  expect(loose("exp[a] no colon")).toMatchObject({ kind: "near-miss" });
  expect(loose("export: x")).toEqual({ kind: "none" });
  expect(loose("aichor manifests")).toEqual({ kind: "none" });
});

test("trailers set the details", () => {
  const message = [
    "exp: lower the rate",
    "",
    "Because it diverged.",
    "",
    "Exp-Name: slow",
    "Exp-Param: lr=0.1",
    "exp-param: note=a=b",
    'Exp-Param: quoted="7"',
    "Exp-Param: many=12345678901234567890",
    "Exp-Param: list=[1]",
    "Exp-Param: on=true",
    "Exp-Tag: baseline",
    "Exp-Tag: digits",
    "Exp-Tag: digits",
    "Exp-Engine: lab",
    "Exp-Priority: 7",
    "Exp-Timeout: 1h30m",
    "Signed-off-by: Somebody <a@example.org>",
  ].join("\r\n");

  expect(started(message)).toEqual({
    kind: "start",
    selectors: [undefined],
    title: "lower the rate",
    name: "slow",
    tags: ["baseline", "digits"],
    overrides: {
      name: "slow",
      tags: ["baseline", "digits"],
      params: {
        lr: 0.1,
        note: "a=b",
        quoted: "7",
        many: "12345678901234567890",
        list: "[1]",
        on: true,
      },
      engine: "lab",
      priority: 7,
      timeoutSeconds: 5400,
    },
    warnings: [],
  });
});

test("an Exp- line outside the trailer block is a warning", () => {
  for (const message of [
    "exp: t\nExp-Param: lr=1",
    "exp: t\n\nExp-Param: lr=1\n\nmore text",
    "exp: t\n\nsome prose\nExp-Param: lr=1",
  ]) {
    const { overrides, warnings } = started(message);

    expect(overrides).toEqual({});
    expect(warnings).toEqual([expect.stringContaining("Exp-Param is not read")]);
  }
});

test("of an overlong message only the beginning is read, and never its trailers", () => {
  const message = `exp: t\n\nExp-Param: lr=1\n${"x".repeat(MESSAGE_LIMIT)}\n\nExp-Param: batch=2`;

  expect(started(message)).toMatchObject({
    overrides: {},
    warnings: [expect.stringContaining("64 KiB")],
  });
});

// A time that grew with the square of the length would be over the test's own by far.
test("hostile messages of any length are judged", () => {
  const parts = [
    "exp[",
    "exp(",
    ",",
    " ",
    "\t",
    "\n",
    "Exp-Param: a=b\n",
    "exp: a\n\n",
    " folded\n",
    "]",
    ".yaml",
    "Exp-X: 1\n",
  ];
  for (const part of parts)
    for (const start of ["", "exp: t\n\n", "exp[", "exp(a.yaml"]) {
      const message = start + part.repeat(3_000_000 / part.length);
      expect(() => [strict(message), loose(message)]).not.toThrow();
    }
});

test("no message throws, and what starts names valid manifests (seed 1)", () => {
  const random = seededRandom(1);
  const parts = [
    "exp",
    "EXP",
    "aichor",
    ":",
    " ",
    "[",
    "]",
    "(",
    ")",
    ",",
    "a",
    "b.yaml",
    "c.yml",
    "..",
    "/",
    "\\",
    "\n",
    "\r\n",
    "\n\n",
    "Exp-Param: x=1",
    "Exp-Tag: t",
    "[skip ci]",
    "é",
    "\u0000",
    "-",
    ";",
    "\uD800",
  ] as const;
  for (let round = 0; round < 5000; round += 1) {
    let message = random.pick(["", "exp", "exp[", "exp("]);
    for (let count = random.below(12); count > 0; count -= 1) message += random.pick(parts);
    for (const mode of ["strict", "loose"] as const) {
      const verdict = readTrigger(message, mode);
      if (verdict.kind !== "start") continue;
      expect(verdict.selectors.length).toBeLessThanOrEqual(20);
      for (const selector of verdict.selectors)
        expect(selector ?? "root").not.toMatch(/^\/|\.\.|\\|\p{C}/u);
    }
  }
});
