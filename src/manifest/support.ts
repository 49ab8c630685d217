import type { ManifestContext } from "../core/manifest.ts";
import { closest, didYouMean } from "../core/suggest.ts";
import { PATTERNS, matches } from "./field-patterns.ts";
import { SERVED_ENGINES, type Field, type ServedEngine } from "./field.ts";
import type { Fault } from "./issues.ts";
import {
  entriesAt,
  locate,
  nodeAt,
  textAt,
  type Path,
  type YamlEntry,
  type YamlNode,
} from "./yaml-tree.ts";

export interface SupportVerdict {
  /** The engine's own name, where the manifest names an alias. */
  readonly engine: string | undefined;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What the project's engine does with each field that is given. */
export function judgeSupport(root: YamlNode, context: ManifestContext): SupportVerdict {
  const engine = chooseEngine(root, context);
  if ("message" in engine) {
    // Once the name is mended the rest would come up: it is told now, as the engine that was meant would have it.
    const meant = engine.suggestion ?? context.defaultEngine;
    const { faults, warnings } = context.engines.some(({ name }) => name === meant)
      ? judgeSupport(root, { ...context, engine: meant })
      : { faults: [], warnings: [] };
    return { engine: undefined, faults: [engine, ...faults], warnings };
  }
  const kind = SERVED_ENGINES.find((each) => each === engine.kind);
  if (kind === undefined) {
    const message = `Engine ${engine.name} is of the kind ${engine.kind}, which is not available yet.`;
    return { engine: engine.name, faults: [{ at: root.at, path: "", message }], warnings: [] };
  }
  const found = judge(root, { name: engine.name, kind });
  return {
    engine: engine.name,
    faults: [
      ...found.filter(({ support }) => support === "refused").map(({ fault }) => fault),
      ...serialCompletions(root, engine.name),
    ],
    warnings: found.filter(({ support }) => support === "meaningless").map(({ fault }) => fault),
  };
}

type Engine = ManifestContext["engines"][number];

function chooseEngine(
  root: YamlNode,
  { engines, defaultEngine, engine }: ManifestContext,
): Engine | Fault {
  const written = textAt(root, "spec", "engineName");
  const name = engine ?? written ?? defaultEngine;
  const chosen =
    engines.find((each) => each.name === name) ??
    engines.find(({ aliases }) => aliases.includes(name));
  if (chosen !== undefined) return chosen;
  const names = engines.map((each) => each.name);
  const suggestion = closest(name, names);
  const place =
    engine === undefined && written !== undefined
      ? locate(root, ["spec", "engineName"])
      : { at: 0, path: "" };
  return {
    ...place,
    message: `${name} is no engine of this project${didYouMean(suggestion) || `; it has ${names.join(", ")}.`} To keep the name, add it to the project's engineAliases: {"${name}": "${suggestion ?? defaultEngine}"}.`,
    suggestion,
  };
}

interface Judged {
  readonly support: "honoured" | "meaningless" | "refused";
  readonly fault: Fault;
}

/** What is refused or without meaning as a whole is said once, not again for its parts. */
function judge(
  root: YamlNode,
  engine: { readonly name: string; readonly kind: ServedEngine },
  path: Path = [],
  node: YamlNode = root,
): readonly Judged[] {
  if (asksForNothing(node)) return [];
  const field = fieldOf(path, node);
  const support = field?.support[engine.kind];
  if (field?.ofOperator === true) return [];
  if (support !== undefined && support.kind !== "honoured") {
    const place = locate(root, path);
    const value = node.kind === "scalar" ? node.text.slice(0, 40) : "";
    const because = support.because
      .replaceAll("{engine}", engine.name)
      .replaceAll("{value}", value);
    const verdict = support.kind === "refused" ? "cannot be honoured" : "has no effect";
    return [
      {
        support: support.kind,
        fault: { ...place, message: `${place.path} ${verdict}: ${because}.` },
      },
    ];
  }
  if (node.kind === "mapping")
    return node.entries.flatMap(({ key, value }) => judge(root, engine, [...path, key], value));
  if (node.kind === "sequence")
    return node.items.flatMap((item, index) => judge(root, engine, [...path, index], item));
  return [];
}

/** Empty, however deep, or none of something: a block that is kept for another day. */
function asksForNothing(node: YamlNode): boolean {
  if (node.kind === "scalar") return node.value === null;
  if (node.kind === "sequence") return node.items.length === 0;
  return node.entries.every(({ value }) => asksForNothing(value)) || node.entries.some(isNone);
}

const isNone = ({ key, value }: YamlEntry): boolean =>
  (key === "count" || key === "tpuChipsCount") &&
  value.kind === "scalar" &&
  value.text !== "" &&
  Number(value.text) === 0;

function fieldOf(path: Path, node: YamlNode): Field | undefined {
  const value = node.kind === "scalar" ? node.value : undefined;
  const rows = PATTERNS.filter(({ pattern }) => matches(pattern, path)).map(({ field }) => field);
  return (
    rows.find(({ only }) => only?.applies(value)) ?? rows.find(({ only }) => only === undefined)
  );
}

/** All replicas of a job run at once, so fewer parallelisms than completions would not be obeyed. */
function serialCompletions(root: YamlNode, engine: string): readonly Fault[] {
  return entriesAt(root, "spec", "types").flatMap(({ key, value }) => {
    const count = (name: string): number => {
      const node = nodeAt(value, name);
      return node?.kind === "scalar" && node.value !== null ? Number(node.text) : 1;
    };
    const completions = count("completions");
    if (!(count("parallelisms") < completions)) return [];
    const place = locate(root, [
      "spec",
      "types",
      key,
      nodeAt(value, "parallelisms") === undefined ? "completions" : "parallelisms",
    ]);
    return [
      {
        ...place,
        message: `${place.path} cannot be honoured: engine ${engine} runs all ${completions} completions of a job at once. Write parallelisms: ${completions}, or use count.`,
      },
    ];
  });
}
