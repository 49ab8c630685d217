import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { CORE_SCHEMA, load, mergeTag } from "js-yaml";

import { manifestJsonSchema } from "../../src/manifest/json-schema.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { realManifests } from "./judge-parser.ts";
import { mutated } from "./mutations.ts";
import { withSpec } from "./parsed.ts";
import { readWild, wildFiles } from "./wild-table.ts";

/** An editor that has nothing but the published schema. */
const accepts = new Ajv2020({ allowUnionTypes: true }).compile(manifestJsonSchema());

/** What an editor says of a text, as it reads YAML. */
function remarks(text: string): readonly string[] {
  const document = text.replace(/^\uFEFF+/, "");
  accepts(written(load(document, { schema: CORE_SCHEMA.withTags(mergeTag) })));
  return (accepts.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Without keys that have nothing behind them, and with text for what JSON has no number for. */
function written(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given.map(([key, each]) => [key, written(each)]));
}

const isTaken = (text: string): boolean => manifestParser.parse(text).manifest !== undefined;

test("an editor underlines nothing in a real manifest that is taken, older groups included", () => {
  const taken = wildFiles("valid-yaml").filter((name) => isTaken(readWild(name)));

  expect(taken.length).toBeGreaterThan(30);
  expect(taken.flatMap((name) => remarks(readWild(name)).map((remark) => [name, remark]))).toEqual(
    [],
  );
});

test("nor in an example of ours", () => {
  const folder = new URL("../../manifests/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

  expect(names.flatMap((name) => remarks(read(name)).map((remark) => [name, remark]))).toEqual([]);
});

test("nor in anything else that is taken (seed 3)", () => {
  const random = seededRandom(3);
  const sources = realManifests();
  const texts = Array.from({ length: 2500 }, () => mutated(sources, random)).filter(isTaken);

  expect(texts.length).toBeGreaterThan(200);
  expect(texts.flatMap((text) => remarks(text).map((remark) => [text, remark]))).toEqual([]);
});

test.each([
  withSpec("comand: x"),
  withSpec().replace("memory: 2", "memory: 16Gi"),
  withSpec().replace("jobset", "jobst"),
  `${withSpec()}\npriority: [1]`,
  `${withSpec()}\napproval: perhaps`,
  withSpec().replace("worker:", "Master:").replace("jobset", "kuberay"),
  "spec: {}",
])("an editor underlines what is refused: %s", (text) => {
  expect(isTaken(text)).toBe(false);
  expect(remarks(text)).not.toEqual([]);
});
