import { readFileSync, readdirSync, writeFileSync } from "node:fs";

import type { ManifestContext } from "../../src/core/manifest.ts";
import { manifestParser } from "../../src/manifest/parse.ts";

/** The table of docs/manifests-in-the-wild.md. `node test/manifest/wild-table.ts` writes it. */
export function wildTable(): string {
  return [["manifest", "operator", "verdict", "why"], Array<string>(4).fill("---"), ...rows()]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

export const WILD_DOCUMENT = new URL("../../docs/manifests-in-the-wild.md", import.meta.url);
const BEGIN = "<!-- manifests -->\n";
const END = "\n<!-- /manifests -->";

const FOLDER = new URL("../data/manifests/", import.meta.url);
export const wildFiles = (kind: "broken-yaml" | "valid-yaml"): readonly string[] =>
  readdirSync(new URL(`${kind}/`, FOLDER)).map((name) => `${kind}/${name}`);
export const readWild = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

/** A project whose Docker engine and volume have the names that these files use. */
export const WILD_PROJECT: ManifestContext = {
  engines: [{ name: "docker", kind: "docker", aliases: ["main-aws-dev", "aks-dev-creation"] }],
  defaultEngine: "docker",
  volumes: ["az-prjtb11-5de4098cb8b3459d-azpvc-1-d09842db6f6f4cc7"],
};

function rows(): readonly (readonly string[])[] {
  return [...wildFiles("valid-yaml"), ...wildFiles("broken-yaml")].map((name) => {
    const text = readWild(name);
    const { errors, warnings } = manifestParser.parse(text, WILD_PROJECT);
    const verdict = errors.length > 0 ? "**refused**" : "accepted";
    const reasons = errors.length > 0 ? errors : warnings;
    return [
      `\`${name.split("/")[1]}\``,
      /^ *operator: *(\w+)/m.exec(text)?.[1] ?? "",
      verdict,
      reasons.map(({ line, message }) => cell(`${line}: ${firstLine(message)}`)).join("<br>"),
    ];
  });
}

const firstLine = (message: string): string => message.split("\n")[0] ?? "";
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

if (import.meta.main) {
  const text = readFileSync(WILD_DOCUMENT, "utf8");
  const [before = "", rest = ""] = text.split(BEGIN);
  writeFileSync(WILD_DOCUMENT, `${before}${BEGIN}${wildTable()}${END}${rest.split(END)[1] ?? ""}`);
}
