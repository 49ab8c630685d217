import { isText } from "./plain-rules.ts";
import { resources } from "./schema-types.ts";
import type { YamlEntry, YamlMapping, YamlNode } from "./yaml-tree.ts";
import { nodeAt, textAt, toPlain } from "./yaml-tree.ts";

/** A remark about a place of the file. */
export interface Remark {
  readonly at: number;
  /** As in the file. */
  readonly path: string;
  readonly message: string;
}

export interface Normalised {
  readonly root: YamlNode;
  readonly warnings: readonly Remark[];
  readonly faults: readonly Remark[];
}

/** Older shapes as today's; each change is a warning. What is not understood is left to the schema. */
export function normalise(root: YamlNode): Normalised {
  const warnings: Remark[] = [];
  const faults: Remark[] = [];
  const operator = textAt(root, "spec", "operator");
  const named = LOWER_CASE_OPERATORS.has(operator ?? "")
    ? changed(root, ["spec", "types"], (types) => lowerCased(types, warnings))
    : root;
  if (operator === "pytorch" || operator === "xgboost")
    return {
      root: changed(named, ["spec", "types"], (types) => mergedMaster(types, warnings, faults)),
      warnings,
      faults,
    };
  return { root: operator === "ray" ? asKubeRay(named, warnings) : named, warnings, faults };
}

const LOWER_CASE_OPERATORS = new Set(["jobset", "batchjob", "tf", "pytorch", "jax", "xgboost"]);
const OLD_NAMES = new Set(["Worker", "Master", "Chief", "PS", "Evaluator"]);

function lowerCased(types: YamlMapping, warnings: Remark[]): YamlMapping {
  const entries = types.entries.map((entry): YamlEntry => {
    const key = entry.key.toLowerCase();
    if (!OLD_NAMES.has(entry.key) || types.entries.some((other) => other.key === key)) return entry;
    warnings.push({
      at: entry.keyAt,
      path: `spec.types.${entry.written}`,
      message: `The group ${entry.key} is now written ${key}.`,
    });
    return { ...entry, key };
  });
  return { ...types, entries };
}

/** Rank 0 is the master, so a master and n workers are n + 1 workers. */
function mergedMaster(types: YamlMapping, warnings: Remark[], faults: Remark[]): YamlMapping {
  const master = types.entries.find(({ key }) => key === "master");
  if (master === undefined) return types;
  const worker = types.entries.find(({ key }) => key === "worker");
  const others = types.entries.filter((entry) => entry !== master && entry !== worker);
  const total = countOf(master) + (worker === undefined ? 0 : countOf(worker));
  const path = `spec.types.${master.written}`;
  if (worker !== undefined && !sameResources(master.value, worker.value))
    faults.push({
      at: master.keyAt,
      path,
      message: `${master.written} and ${worker.written} are one group now and must ask for the same resources.`,
    });
  if (!Number.isInteger(total)) return types;
  warnings.push({
    at: master.keyAt,
    path,
    message: `${master.written} is now rank 0 of the group worker: read as worker with count: ${total}.`,
  });
  const base = worker ?? master;
  const kept = base.value.kind === "mapping" ? base.value : undefined;
  if (kept === undefined) return types;
  const count: YamlEntry = {
    key: "count",
    written: "count",
    keyAt: base.keyAt,
    value: { kind: "scalar", at: base.keyAt, text: String(total), value: total },
  };
  const value = { ...kept, entries: [...kept.entries.filter(({ key }) => key !== "count"), count] };
  return { ...types, entries: [...others, { ...base, key: "worker", value }] };
}

function countOf(entry: YamlEntry): number {
  const count = nodeAt(entry.value, "count");
  if (count === undefined) return 1;
  return count.kind === "scalar" ? Number(count.text || NaN) : NaN;
}

function sameResources(one: YamlNode, other: YamlNode): boolean {
  return canonicalResources(one) === canonicalResources(other);
}

function canonicalResources(group: YamlNode): string {
  const node = nodeAt(group, "resources");
  if (node === undefined) return "";
  const path = ["spec", "types", "worker", "resources"];
  const plain = toPlain(node, { asText: isText, keepsNull: () => false }, path);
  // As they are meant: "4" is 4, and what is left out is its default.
  return JSON.stringify(sorted(resources.safeParse(plain).data ?? plain));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** `ray` had a Job beside Head and Workers; kuberay runs the command on the head. */
function asKubeRay(root: YamlNode, warnings: Remark[]): YamlNode {
  const operator = nodeAt(root, "spec", "operator");
  warnings.push({
    at: Math.max(operator?.at ?? 0, 0),
    path: "spec.operator",
    message: `The operator ray is now kuberay.`,
  });
  const renamed = changed(root, ["spec"], (spec) => ({
    ...spec,
    entries: spec.entries.map((entry) =>
      entry.key === "operator"
        ? {
            ...entry,
            value: { kind: "scalar", at: entry.value.at, text: "kuberay", value: "kuberay" },
          }
        : entry,
    ),
  }));
  return changed(renamed, ["spec", "types"], (types) => {
    const job = types.entries.find(({ key }) => key === "Job");
    if (job === undefined) return types;
    const rest = types.entries.filter((entry) => entry !== job);
    const hasHead = rest.some(({ key }) => key === "Head");
    warnings.push({
      at: job.keyAt,
      path: "spec.types.Job",
      message: hasHead ? "Job is left out: the command runs on the head." : "Job is read as Head.",
    });
    return { ...types, entries: hasHead ? rest : [...rest, { ...job, key: "Head" }] };
  });
}

/** A copy with the mapping at a path replaced; the same tree where there is none. */
function changed(
  root: YamlNode,
  path: readonly string[],
  change: (mapping: YamlMapping) => YamlMapping,
): YamlNode {
  if (root.kind !== "mapping") return root;
  const [first, ...rest] = path;
  if (first === undefined) return change(root);
  return {
    ...root,
    entries: root.entries.map((entry) =>
      entry.key === first ? { ...entry, value: changed(entry.value, rest, change) } : entry,
    ),
  };
}
