import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { manifestJsonSchema } from "../../src/manifest/json-schema.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { realManifests } from "../manifest/judge-parser.ts";
import { mutated } from "../manifest/mutations.ts";
import { readWild, wildFiles } from "../manifest/wild-table.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Person } from "./assay.ts";

let platform: TestPlatform;
let ada: Person;

beforeAll(async () => {
  platform = await startPlatform();
  ada = await Person.create();
});
afterAll(async () => {
  await ada.remove();
  await platform.stop();
});

interface Remark {
  readonly suggestion?: string | null;
}
interface Verdict {
  readonly valid: boolean;
  readonly errors: readonly Remark[];
  readonly warnings: readonly Remark[];
}

const alike = ({ valid, errors, warnings }: Verdict) => ({
  valid,
  errors: errors.map((error) => ({ ...error, suggestion: error.suggestion ?? null })),
  warnings,
});

async function ofServer(text: string) {
  const response = await fetch(`${platform.url}/api/v1/manifests/validate`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.token}`, "content-type": "text/yaml" },
    body: text,
  });
  const verdict: Verdict = JSON.parse(await response.text());
  return alike(verdict);
}

test("the command says of every real manifest what the server says", async () => {
  const names = [...wildFiles("valid-yaml"), ...wildFiles("broken-yaml")];
  const files = names.map((name) =>
    fileURLToPath(new URL(`../data/manifests/${name}`, import.meta.url)),
  );

  const { code, out } = await ada.assay(["manifest", "validate", "--json", ...files]);

  expect(code).toBe(1);
  const verdicts: readonly Verdict[] = JSON.parse(out);
  expect(verdicts).toHaveLength(49);
  for (const [index, name] of names.entries()) {
    const verdict = verdicts[index];
    expect(verdict && alike(verdict)).toEqual(await ofServer(readWild(name)));
  }
});

test("editors find at the server the schema of the same source", async () => {
  const response = await fetch(`${platform.url}/schema/manifest.schema.json`);

  expect(response.headers.get("content-type")).toContain("application/schema+json");
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});

test("and of broken and hostile ones, as they come through a pipe (seed 5)", async () => {
  const random = seededRandom(5);
  const sources = realManifests();
  for (let round = 0; round < 60; round += 1) {
    // What no file can hold is lost on the way, and is not compared.
    const input = mutated(sources, random).toWellFormed();
    const { out } = await ada.assay(["manifest", "validate", "--json", "-"], { input });
    const [verdict]: readonly Verdict[] = JSON.parse(out);

    expect(verdict && alike(verdict)).toEqual(await ofServer(input));
  }
});
