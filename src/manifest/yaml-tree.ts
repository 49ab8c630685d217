/** A YAML document as data that remembers where it stood. Aliases are the same node again. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export interface YamlScalar {
  readonly kind: "scalar";
  /** Offset into the source. */
  readonly at: number;
  /** As written, without quotes: `3.10` where the value is 3.1. */
  readonly text: string;
  readonly value: string | number | boolean | null;
}

export interface YamlSequence {
  readonly kind: "sequence";
  readonly at: number;
  readonly items: readonly YamlNode[];
}

export interface YamlMapping {
  readonly kind: "mapping";
  readonly at: number;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  /** The key after normalisation. */
  readonly key: string;
  /** The key as in the file. */
  readonly written: string;
  readonly keyAt: number;
  readonly value: YamlNode;
}

export type Path = readonly (string | number)[];

/** The node at a path, or undefined. */
export function nodeAt(root: YamlNode | undefined, ...path: Path): YamlNode | undefined {
  let node = root;
  for (const part of path) node = node === undefined ? undefined : entryOf(node, part)?.value;
  return node;
}

/** A key with nothing behind it is the same as no key. */
export const isGiven = (node: YamlNode | undefined): node is YamlNode =>
  node !== undefined && !(node.kind === "scalar" && node.value === null);

/** The value of a scalar at a path, where it is text. */
export function textAt(root: YamlNode | undefined, ...path: Path): string | undefined {
  const node = nodeAt(root, ...path);
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** A scalar as it is written, whether it is text or looks like a number; undefined where there is none. */
export function writtenAt(root: YamlNode | undefined, ...path: Path): string | undefined {
  const node = nodeAt(root, ...path);
  return isGiven(node) && node.kind === "scalar" ? node.text : undefined;
}

export function entriesAt(root: YamlNode | undefined, ...path: Path): readonly YamlEntry[] {
  const node = nodeAt(root, ...path);
  return node?.kind === "mapping" ? node.entries : [];
}

/** Where a path stands in the file: the value of a scalar, the key of anything else, the nearest parent of what is not there. */
export function locate(root: YamlNode, path: Path): { readonly at: number; readonly path: string } {
  let node: YamlNode | undefined = root;
  let at = root.at;
  const written: string[] = [];
  for (const part of path) {
    const entry: Pick<YamlEntry, "written" | "keyAt" | "value"> | undefined =
      node === undefined ? undefined : entryOf(node, part);
    written.push(entry?.written ?? String(part));
    node = entry?.value;
    if (entry !== undefined) at = node?.kind === "scalar" && node.at >= 0 ? node.at : entry.keyAt;
  }
  return { at, path: written.join(".") };
}

/**
 * Plain data, nothing but own properties. `asText` tells the paths whose scalars are text, however they look; empty
 * values become undefined except where `keepsNull` says so.
 */
export function toPlain(
  node: YamlNode,
  rules: { readonly asText: (path: Path) => boolean; readonly keepsNull: (path: Path) => boolean },
  path: Path = [],
): unknown {
  if (node.kind === "scalar") {
    if (node.value === null) return rules.keepsNull(path) ? null : undefined;
    return rules.asText(path) ? node.text : node.value;
  }
  if (node.kind === "sequence")
    return node.items.map((item, index) => toPlain(item, rules, [...path, index]) ?? null);
  return Object.fromEntries(
    node.entries.map(({ key, value }) => [key, toPlain(value, rules, [...path, key])]),
  );
}

function entryOf(
  node: YamlNode,
  part: string | number,
): Pick<YamlEntry, "written" | "keyAt" | "value"> | undefined {
  if (node.kind === "mapping") return byKey(node).get(String(part));
  if (node.kind !== "sequence") return undefined;
  const value = node.items[Number(part)];
  return value === undefined ? undefined : { written: String(part), keyAt: value.at, value };
}

/** A hostile file has thousands of names in one mapping, and a fault in each. */
const indexes = new WeakMap<YamlMapping, ReadonlyMap<string, YamlEntry>>();

function byKey(mapping: YamlMapping): ReadonlyMap<string, YamlEntry> {
  const known = indexes.get(mapping);
  if (known !== undefined) return known;
  const index = new Map(mapping.entries.map((entry) => [entry.key, entry]));
  indexes.set(mapping, index);
  return index;
}
