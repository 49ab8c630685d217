import type { z } from "zod";

import { closest, didYouMean } from "../core/suggest.ts";
import { knownKeys } from "./field-patterns.ts";
import { FIELDS } from "./fields.ts";
import { otherWord } from "./other-words.ts";
import { locate, nodeAt, type Path, type YamlNode } from "./yaml-tree.ts";

/** A fault of the manifest at a place of its tree. */
export interface Fault {
  readonly at: number;
  /** As in the file. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** Nobody reads more, and each costs a look through the file. */
export const MOST_FAULTS = 100;

type Issue = z.core.$ZodIssue;

/** What the schema found, as sentences for the person who wrote the file. */
export function toFaults(root: YamlNode, issues: readonly Issue[]): readonly Fault[] {
  return issues.slice(0, MOST_FAULTS).flatMap((issue) => faultsOf(root, issue));
}

function faultsOf(root: YamlNode, issue: Issue): readonly Fault[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, MOST_FAULTS).map((key) => unknownKey(root, path, key));
  if (
    issue.code === "invalid_union" &&
    issue.errors.length > 0 &&
    !issue.message.startsWith("must")
  )
    return issue.errors.flatMap((inner) =>
      inner.flatMap((each) => faultsOf(root, { ...each, path: [...path, ...each.path] })),
    );
  const place = locate(root, path);
  const subject = place.path === "" ? "The manifest" : place.path;
  const node = nodeAt(root, ...path);
  const isMissing = node === undefined || (node.kind === "scalar" && node.value === null);
  if (isMissing && (issue.code !== "custom" || node !== undefined))
    return [
      {
        ...place,
        message: `${subject} is ${node === undefined ? "required" : "empty"}${oneOf(issue)}.`,
      },
    ];
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const given = node?.kind === "scalar" ? node.text : "";
    const suggestion = closest(given, values);
    const shown = node?.kind === "scalar" ? JSON.stringify(given.slice(0, 80)) : "no such value";
    const message = `${subject} is ${shown}, it must be ${listed(values)}${didYouMean(suggestion) || "."}`;
    return [{ ...place, message, suggestion }];
  }
  if (issue.code === "invalid_type" && !issue.message.startsWith("must"))
    return [
      {
        ...place,
        message: `${subject} must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(node)}.`,
      },
    ];
  return [{ ...place, message: `${subject} ${issue.message}.` }];
}

function unknownKey(root: YamlNode, parent: Path, key: string): Fault {
  const place = locate(root, [...parent, key]);
  const at = keyOffset(root, parent, key) ?? place.at;
  const suggestion =
    otherWord(parent, key) ??
    closest(key, knownKeys(parent)) ??
    FIELDS.find(({ path }) => path.endsWith(`.${key}`) || path === key)?.path.replaceAll(
      "*",
      "<name>",
    );
  return {
    at,
    path: place.path,
    message: `${place.path} is not known${didYouMean(suggestion) || "."}`,
    suggestion,
  };
}

function keyOffset(root: YamlNode, parent: Path, key: string): number | undefined {
  const mapping = nodeAt(root, ...parent);
  if (mapping?.kind !== "mapping") return undefined;
  return mapping.entries.find((entry) => entry.key === key)?.keyAt;
}

const oneOf = (issue: Issue): string =>
  issue.code === "invalid_value" ? `: ${listed(issue.values.map(String))}` : "";

const listed = (values: readonly string[]): string =>
  values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;

const KINDS: Readonly<Record<string, string>> = {
  string: "text (put it in quotes)",
  number: "a number",
  boolean: "true or false",
  object: "a mapping (name: value)",
  record: "a mapping (name: value)",
  array: "a list",
};

function kindOf(node: YamlNode | undefined): string {
  if (node === undefined) return "nothing";
  if (node.kind !== "scalar") return node.kind === "mapping" ? "a mapping" : "a list";
  if (typeof node.value === "string") return "text";
  return typeof node.value === "number" ? "a number" : String(node.value);
}
