import { posix } from "node:path";

import type { Instruction } from "./dockerfile.ts";
import { readFlags, readMount } from "./flags.ts";

/** What an instruction takes out of the context: paths and patterns, or why that cannot be told. */
export type CopySources =
  | { readonly kind: "known"; readonly sources: readonly string[] }
  | { readonly kind: "unclear"; readonly because: string };

const nothing: CopySources = { kind: "known", sources: [] };
const unclear = (because: string): CopySources => ({ kind: "unclear", because });

/** Instructions that take nothing of the context. */
const others = new Set(
  "ARG CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  ),
);
/** Options of COPY and ADD that add no file to those that the sources name. */
const harmless = new Set(["chown", "chmod", "link", "parents", "exclude", "checksum", "unpack"]);
const remote = /^(?:https?|git|ssh|ftp):\/\/|^git@/i;

/** `COPY a b /to/` takes a and b. */
export function copySources(instruction: Instruction): CopySources {
  const { keyword } = instruction;
  if (others.has(keyword)) return nothing;
  const read = readFlags(instruction);
  if (read === undefined) return unclear("has an option with a variable or quotes");
  if (keyword === "RUN") return mountsContext(read.flags) ? unclear("mounts the context") : nothing;
  if (keyword !== "COPY" && keyword !== "ADD") return unclear(`is ${keyword}`);
  if (read.flags.some(({ name }) => name === "from")) return nothing;
  const strange = read.flags.find(({ name }) => !harmless.has(name));
  if (strange !== undefined) return unclear(`has the option --${strange.name}`);
  const words = wordsOf(read.rest);
  if (words === undefined || words.length < 2) return unclear("has quotes, variables or escapes");
  const sources = words.slice(0, -1).filter((word) => !(keyword === "ADD" && remote.test(word)));
  return { kind: "known", sources: sources.map(inContext) };
}

/** A bind mount, which is the kind where none is named, of no other stage or image. */
function mountsContext(
  flags: readonly { readonly name: string; readonly value: string }[],
): boolean {
  return flags
    .filter(({ name }) => name === "mount")
    .map(({ value }) => readMount(value))
    .some((mount) => !mount.has("from") && (mount.get("type") ?? "bind") === "bind");
}

/** Words, or a JSON list of them; undefined where BuildKit would still change them. */
function wordsOf(rest: string): readonly string[] | undefined {
  // What is a space differs for those that are not of ASCII.
  if (/[^\S\t ]/.test(rest)) return undefined;
  const words = rest.startsWith("[") ? listOf(rest) : rest.split(/\s+/);
  return words?.some((word) => /["'\\$]/.test(word)) ? undefined : words;
}

function listOf(text: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || !list.every((each) => typeof each === "string")) return undefined;
    return list;
  } catch {
    return undefined;
  }
}

/** Whatever is written, it is below the context; "" is all of it. */
const inContext = (source: string): string =>
  posix.normalize(`/${source}`).replaceAll(/^\/|\/$/g, "");
