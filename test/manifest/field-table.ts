import { readFileSync, writeFileSync } from "node:fs";

import {
  SERVED_ENGINES,
  type Field,
  type ServedEngine,
  type Support,
} from "../../src/manifest/field.ts";
import { FIELDS } from "../../src/manifest/fields.ts";

/** The table of docs/manifest.md. `node test/manifest/field-table.ts` writes it. */
export function fieldTable(): string {
  const heads = ["field", ...COLUMNS.map((engines) => engines.join(", ")), "what it is"];
  return [heads, heads.map(() => "---"), ...FIELDS.filter(isShown).map(cells)]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

export const DOCUMENT = new URL("../../docs/manifest.md", import.meta.url);
const BEGIN = "<!-- fields -->\n";
const END = "\n<!-- /fields -->";

/** Engines that do the same with every field share a column. */
const COLUMNS = SERVED_ENGINES.reduce<readonly (readonly [ServedEngine, ...ServedEngine[]])[]>(
  (columns, engine) => {
    const same = columns.find(([first]) =>
      FIELDS.every(({ support }) => word(support[first]) === word(support[engine])),
    );
    if (same === undefined) return [...columns, [engine]];
    return columns.map((column) => (column === same ? [...column, engine] : column));
  },
  [],
);

/** Not the parts of what no engine takes, nor what other operators bring with them. */
function isShown({ path, ofOperator }: Field): boolean {
  const isPart = FIELDS.some(
    (whole) =>
      whole.only === undefined &&
      path.startsWith(`${whole.path}.`) &&
      SERVED_ENGINES.every((engine) => whole.support[engine].kind !== "honoured"),
  );
  const isSaidOfGroups = path.startsWith("spec.types.Workers.*.resources.");
  return !isPart && ofOperator !== true && !isSaidOfGroups;
}

function cells({ path, only, meaning, support }: Field): readonly string[] {
  const values = only === undefined ? "" : `: ${only.values}`;
  const words = COLUMNS.map(([engine]) => word(support[engine]));
  return [`\`${path}\`${values}`, ...words, meaning.replaceAll("<", "&lt;")];
}

function word(support: Support): string {
  if (support.kind === "honoured") return "yes";
  const because = support.because
    .replace(" on engine {engine}", "")
    .replace("the operator {value} is", "they are");
  return `${support.kind === "refused" ? "**no**" : "warning"}: ${because}`;
}

if (import.meta.main) {
  const text = readFileSync(DOCUMENT, "utf8");
  const [before = "", rest = ""] = text.split(BEGIN);
  writeFileSync(DOCUMENT, `${before}${BEGIN}${fieldTable()}${END}${rest.split(END)[1] ?? ""}`);
}
