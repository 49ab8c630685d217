import { RAY_START_OURS } from "../core/operator.ts";
import type { Fault } from "./issues.ts";
import {
  entriesAt,
  isGiven,
  locate,
  nodeAt,
  textAt,
  type Path,
  type YamlEntry,
  type YamlNode,
} from "./yaml-tree.ts";

/** More containers than any engine here should start for one manifest. */
const MOST_REPLICAS = 1000;

/** Their groups have names of their own; that of the others is given. */
const NAMED_GROUPS = new Set(["jobset", "batchjob", "tf"]);
const GROUPS = new Set([...NAMED_GROUPS, "pytorch", "jax", "xgboost"]);
const RAY = new Set(["kuberay", "ray"]);

/** How many replicas the groups make, and whether their names can be those of machines. */
export function groupFaults(root: YamlNode): readonly Fault[] {
  const operator = textAt(root, "spec", "operator") ?? "";
  if (RAY.has(operator))
    return [...poolNameFaults(root), ...totalFaults(root, 1 + total(poolsOf(root), 0))];
  const groups = entriesAt(root, "spec", "types");
  if (!GROUPS.has(operator) || nodeAt(root, "spec", "types")?.kind !== "mapping") return [];
  const wrong = NAMED_GROUPS.has(operator) ? groups.flatMap(groupNameFault) : [];
  const nodes = groups.map(({ value }) => value);
  return [...wrong, ...totalFaults(root, total(nodes, 1))];
}

/** Options of `ray start` that say what a node is and where. */
export function rayWarnings(root: YamlNode): readonly Fault[] {
  if (!RAY.has(textAt(root, "spec", "operator") ?? "")) return [];
  const nodes: readonly Path[] = [
    ["spec", "types", "Head"],
    ...poolsOf(root).map((_, index) => ["spec", "types", "Workers", index]),
  ];
  return nodes.flatMap((node) => {
    const path = [...node, "rayStartParams"];
    return entriesAt(root, ...path)
      .filter(({ key }) => RAY_START_OURS.some((option) => option === key))
      .map(({ key }) => {
        const place = locate(root, [...path, key]);
        return { ...place, message: `${place.path} has no effect: Assay sets it itself.` };
      });
  });
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const NAME_RULE = "lower-case letters, digits and -, beginning with a letter, 40 at most";

function groupNameFault({ key, keyAt, written }: YamlEntry): readonly Fault[] {
  if (NAME.test(key)) return [];
  const path = `spec.types.${written}`;
  const message = `${path} cannot be a group's name: ${NAME_RULE}.`;
  return [{ at: keyAt, path, message, suggestion: written.toLowerCase() }];
}

/** A pool's replicas are `<name>-0`, …; the head is `head-0`. */
function poolNameFaults(root: YamlNode): readonly Fault[] {
  const taken = new Set(["head"]);
  return poolsOf(root).flatMap((_, index) => {
    const path = ["spec", "types", "Workers", index, "name"];
    const node = nodeAt(root, ...path);
    if (node?.kind !== "scalar" || node.value === null) return [];
    const place = locate(root, path);
    const isTaken = taken.has(node.text);
    taken.add(node.text);
    if (isTaken) {
      const whose = node.text === "head" ? "the head's" : "another pool's";
      return [{ ...place, message: `${place.path} is ${whose} name already.` }];
    }
    if (NAME.test(node.text)) return [];
    const shown = JSON.stringify(node.text.slice(0, 80));
    const message = `${place.path} is ${shown}, which cannot be a pool's name: ${NAME_RULE}.`;
    return [{ ...place, message, suggestion: node.text.toLowerCase() }];
  });
}

function poolsOf(root: YamlNode): readonly YamlNode[] {
  const workers = nodeAt(root, "spec", "types", "Workers");
  return workers?.kind === "sequence" ? workers.items : [];
}

function totalFaults(root: YamlNode, replicas: number): readonly Fault[] {
  const place = locate(root, ["spec", "types"]);
  if (replicas === 0) return [{ ...place, message: "spec.types asks for no replica at all." }];
  if (!(replicas > MOST_REPLICAS)) return [];
  const message = `spec.types asks for ${replicas} replicas; ${MOST_REPLICAS} are the most.`;
  return [{ ...place, message }];
}

function total(groups: readonly YamlNode[], unsaid: number): number {
  return groups.reduce((sum, group) => sum + replicasOf(group, unsaid), 0);
}

/** `unsaid` is its count where it names none. */
function replicasOf(group: YamlNode, unsaid: number): number {
  const number = (name: string, otherwise: number): number => {
    const node = nodeAt(group, name);
    return isGiven(node) && node.kind === "scalar" ? Number(node.text) : otherwise;
  };
  return number("count", unsaid) * number("completions", 1);
}
