import { readdirSync, readFileSync } from "node:fs";

import type { ManifestContext, ManifestVerdict } from "../../src/core/manifest.ts";
import { resolveParams } from "../../src/core/overrides.ts";
import { manifestParser } from "../../src/manifest/parse.ts";
import { createPlanner } from "../../src/operators/planner.ts";
import { SOURCE } from "../operators/planned.ts";
import { readWild, wildFiles } from "./wild-table.ts";

/** Real manifests, good and broken, and our own examples: what is mutated. */
export function realManifests(): readonly string[] {
  const examples = new URL("../../manifests/", import.meta.url);
  const own = readdirSync(examples).filter((name) => name.endsWith(".yaml"));
  return [
    ...wildFiles("valid-yaml").map(readWild),
    ...wildFiles("broken-yaml").map(readWild),
    ...own.map((name) => readFileSync(new URL(name, examples), "utf8")),
  ];
}

/** A project that knows what a manifest may name. */
export const PROJECT: ManifestContext = {
  engines: [
    { name: "docker", kind: "docker", aliases: ["main-aws-dev"] },
    { name: "dummy", kind: "dummy", aliases: [] },
  ],
  defaultEngine: "docker",
  secrets: ["WANDB_API_KEY"],
  volumes: ["datasets"],
};

/** The most that is said of one file, whatever it holds. */
const MOST_SAID = 512 * 1024;

/** What is wrong with the parser, as this text shows it; nothing where it does as it should. */
export function faultsOfParser(text: string): readonly string[] {
  try {
    return [undefined, PROJECT].flatMap((context) =>
      faultsOfVerdict(text, manifestParser.parse(text, context)),
    );
  } catch (error) {
    return [`it threw ${String(error)}`];
  }
}

function faultsOfVerdict(text: string, { manifest, errors, warnings }: ManifestVerdict) {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const faults: string[] = [];
  if ((manifest === undefined) !== errors.length > 0)
    faults.push(`there are ${errors.length} errors and ${manifest ? "a" : "no"} manifest`);
  for (const { line = 0, column = 0, path, message } of [...errors, ...warnings]) {
    const shown = `${line}:${column} ${path.slice(0, 80)} ${message.slice(0, 200)}`;
    const width = lines[line - 1]?.length;
    if (width === undefined || column < 1 || column > width + 1)
      faults.push(`not in the file: ${shown}`);
    if (!/[.?]$/.test(message) && !message.startsWith("Manifests of version 0.0.2"))
      faults.push(`no sentence: ${shown}`);
  }
  const said = JSON.stringify([errors, warnings]).length;
  if (said > MOST_SAID) faults.push(`${said} characters are said`);
  if ("polluted" in {}) faults.push("every object has a new field");
  // What is accepted can be kept and planned.
  if (manifest !== undefined && !["slurm", "vertexai"].includes(manifest.spec.operator)) {
    JSON.stringify(manifest);
    createPlanner().plan(resolveParams(manifest), SOURCE);
  }
  return faults;
}
