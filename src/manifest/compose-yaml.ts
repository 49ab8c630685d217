import {
  CORE_SCHEMA,
  EVENT_ID,
  NOT_RESOLVED,
  SCALAR_STYLE,
  getScalarValue,
  type Event,
  type ScalarEvent,
} from "js-yaml";

import { LineIndex } from "./line-index.ts";
import type { YamlEntry, YamlMapping, YamlNode, YamlScalar } from "./yaml-tree.ts";

/** A fault of the file, at an offset into it. */
export interface YamlFault {
  readonly at: number;
  readonly path: readonly string[];
  readonly message: string;
}

/** Nothing more can be said about the file. */
export class Unreadable extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

interface Composed {
  readonly node: YamlNode;
  /** Nodes when every alias is written out. */
  readonly size: number;
}

/** Makes the tree of one document, and counts what it would be with its aliases written out. */
export class Composer {
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #mostNodes: number;
  readonly #faults: YamlFault[] = [];
  readonly #anchors = new Map<string, Composed | undefined>();
  /** Made for the first key that is given twice. */
  #lines: LineIndex | undefined;
  #index = 0;
  #nodes = 0;

  constructor(source: string, events: readonly Event[], mostNodes: number) {
    this.#source = source;
    this.#events = events;
    this.#mostNodes = mostNodes;
  }

  compose(): { readonly root: YamlNode; readonly faults: readonly YamlFault[] } {
    this.#index = 1;
    const { node } = this.#node([]);
    return { root: node, faults: this.#faults };
  }

  #node(path: readonly string[]): Composed {
    const event = this.#events[this.#index];
    this.#index += 1;
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP)
      throw new Unreadable(0, "The file ends too early.");
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event);
    const anchor =
      event.anchorStart < 0 ? undefined : this.#source.slice(event.anchorStart, event.anchorEnd);
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const composed = this.#content(event, path);
    if (anchor !== undefined) this.#anchors.set(anchor, composed);
    return composed;
  }

  #content(event: Exclude<Event, { type: 1 | 5 | 6 }>, path: readonly string[]): Composed {
    const at = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
    this.#count(1, at);
    if (event.type === EVENT_ID.SCALAR) return { node: this.#scalar(event, path), size: 1 };
    if (event.tagStart >= 0)
      this.#fault(at, path, `The tag ${this.#tag(event)} has no meaning in a manifest.`);
    return event.type === EVENT_ID.SEQUENCE ? this.#sequence(at, path) : this.#mapping(at, path);
  }

  #sequence(at: number, path: readonly string[]): Composed {
    const items: Composed[] = [];
    while (!this.#ends()) items.push(this.#node([...path, String(items.length)]));
    return {
      node: { kind: "sequence", at, items: items.map(({ node }) => node) },
      size: items.reduce((total, { size }) => total + size, 1),
    };
  }

  #mapping(at: number, path: readonly string[]): Composed {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlMapping[] = [];
    let size = 1;
    while (!this.#ends()) {
      const key = this.#node(path);
      const name = key.node.kind === "scalar" ? key.node.text : "";
      const value = this.#node([...path, name]);
      size += key.size + value.size;
      const keyAt = Math.max(key.node.at, 0);
      if (key.node.kind !== "scalar")
        this.#fault(keyAt, path, "A key must be a word, not a list or a mapping.");
      else if (name === "<<") merged.push(...this.#mergeable(value.node, keyAt, path));
      else if (name === "__proto__") this.#fault(keyAt, path, "The key __proto__ cannot be used.");
      else if (entries.has(name)) this.#twice(name, keyAt, entries.get(name)?.keyAt ?? 0, path);
      else entries.set(name, { key: name, written: name, keyAt, value: value.node });
    }
    for (const entry of merged.flatMap((mapping) => mapping.entries))
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return { node: { kind: "mapping", at, entries: [...entries.values()] }, size };
  }

  /** `<<: *base`, or a list of such: its entries where the mapping has none of that key. */
  #mergeable(value: YamlNode, at: number, path: readonly string[]): readonly YamlMapping[] {
    const nodes = value.kind === "sequence" ? value.items : [value];
    const mappings = nodes.filter((node) => node.kind === "mapping");
    if (mappings.length < nodes.length)
      this.#fault(at, path, "Behind <<: stands a mapping, or a list of mappings.");
    return mappings;
  }

  #alias(event: Extract<Event, { type: 5 }>): Composed {
    const name = this.#source.slice(event.anchorStart, event.anchorEnd);
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const why = this.#anchors.has(name)
        ? "stands inside what it refers to"
        : "refers to nothing before it";
      throw new Unreadable(event.anchorStart, `The alias *${name} ${why}.`);
    }
    this.#count(target.size, event.anchorStart);
    return target;
  }

  #scalar(event: ScalarEvent, path: readonly string[]): YamlScalar {
    const text = event.valueStart < 0 ? "" : getScalarValue(this.#source, event);
    const isQuoted =
      event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    const at = isQuoted ? event.valueStart - 1 : event.valueStart;
    const tag = event.tagStart < 0 ? undefined : this.#tag(event);
    if (tag !== undefined && tag !== "!!str" && tag !== "!")
      this.#fault(event.tagStart, path, `The tag ${tag} has no meaning in a manifest.`);
    const isPlain = event.style === SCALAR_STYLE.PLAIN && tag === undefined;
    return { kind: "scalar", at, text, value: isPlain ? plainValue(text) : text };
  }

  #twice(name: string, at: number, firstAt: number, path: readonly string[]): void {
    this.#lines ??= new LineIndex(this.#source);
    const { line } = this.#lines.at(firstAt);
    this.#fault(at, [...path, name], `The key ${name} is given twice, first on line ${line}.`);
  }

  #tag(event: { readonly tagStart: number; readonly tagEnd: number }): string {
    return this.#source.slice(event.tagStart, event.tagEnd).slice(0, 80);
  }

  #count(nodes: number, at: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#mostNodes)
      throw new Unreadable(
        Math.max(at, 0),
        `The file holds more than ${this.#mostNodes} values, its aliases written out.`,
      );
  }

  #ends(): boolean {
    const ends = this.#events[this.#index]?.type === EVENT_ID.POP;
    if (ends) this.#index += 1;
    return ends;
  }

  #fault(at: number, path: readonly string[], message: string): void {
    this.#faults.push({ at, path, message });
  }
}

const IMPLICIT = CORE_SCHEMA.tags.filter((tag) => tag.nodeKind === "scalar" && tag.implicit);

/** null, true, false and numbers as YAML 1.2 reads them; a number that would lose digits stays text. */
function plainValue(text: string): string | number | boolean | null {
  for (const tag of IMPLICIT) {
    if (tag.nodeKind !== "scalar") continue;
    const value: unknown = tag.resolve(text, false, tag.tagName);
    if (value === NOT_RESOLVED) continue;
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(value)))
      return value;
  }
  return text;
}
