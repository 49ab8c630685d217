import type { Overrides } from "./experiment.ts";
import { readSelectors, selectorFault } from "./selectors.ts";
import { readTrailers, trailerOf } from "./trailers.ts";
import { isOurs, readTriggerTrailers } from "./trigger-trailers.ts";

/** What a commit's message asks for. Reasons and warnings are sentences for the person who pushed. */
export type TriggerVerdict =
  | {
      readonly kind: "start";
      /** One experiment each; undefined is the manifest in the repository's root. */
      readonly selectors: readonly (string | undefined)[];
      /** The text after the colon, first line; may be empty. */
      readonly title: string;
      /** What the trailers say, `name` and `tags` included. */
      readonly overrides: Overrides;
      readonly name?: string;
      readonly tags: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "none" }
  /** Starts nothing, but looks as if it was meant to. */
  | { readonly kind: "near-miss"; readonly reason: string }
  /** Would start something, but for a marker such as `[skip ci]`. */
  | { readonly kind: "skipped"; readonly reason: string }
  /** Asks for an experiment in a way that cannot be honoured. */
  | { readonly kind: "refused"; readonly reason: string };

/** How much of a message is read; git itself takes messages of any length. */
export const MESSAGE_LIMIT = 64 * 1024;

/**
 * Judges a commit message by its first line. `loose` is AIchor's older rule: `exp` followed by anything that is no
 * letter or digit. Linear in the message's length, and never throws.
 */
export function readTrigger(message: string, mode: "strict" | "loose"): TriggerVerdict {
  const text = message.slice(0, MESSAGE_LIMIT);
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const head = readHead(lines[0] ?? "", mode);
  if (head.kind === "none" || head.kind === "near-miss") return head;
  const marker = /\[(?:skip exp|skip ci|ci skip)\]/i.exec(text)?.[0];
  if (marker !== undefined)
    return { kind: "skipped", reason: `The message holds ${marker}, so nothing is started.` };
  if (head.kind === "refused") return head;
  return withTrailers(head, lines, message.length > MESSAGE_LIMIT);
}

interface Head {
  readonly kind: "head";
  readonly selectors: readonly (string | undefined)[];
  readonly title: string;
}
type Start = Extract<TriggerVerdict, { kind: "start" }>;
type Refusal = Exclude<TriggerVerdict, Start | { kind: "skipped" }>;

function readHead(line: string, mode: "strict" | "loose"): Head | Refusal {
  const keyword = /^(exp|aichor)(?![\p{L}\p{N}])/iu.exec(line)?.[1]?.toLowerCase();
  if (keyword === undefined) return almostKeyword(line);
  const rest = line.slice(keyword.length);
  const form = formOf(rest);
  const loose = mode === "loose" && keyword === "exp";
  switch (form.kind) {
    case "plain":
      if (keyword === "aichor") return nearMiss(form.title, "exp: …, or aichor[<manifest>]: …");
      return { kind: "head", selectors: [undefined], title: form.title };
    case "bracket":
      return chosen(form);
    case "parenthesis":
      if (form.list.split(",").some((item) => /\.ya?ml\s*$/.test(item))) return chosen(form);
      if (loose) return anything(rest);
      // exp(scope): is how people write ordinary commits; nobody writes aichor(scope):.
      return keyword === "exp"
        ? { kind: "none" }
        : nearMiss("", `aichor(${form.list.slice(0, 80)}.yaml): …, with the manifest's extension`);
    case "open":
      return nearMiss("", form.meant);
    case "other":
      if (loose && rest !== "") return anything(rest);
      if (keyword === "aichor" || !/^(?:$|[\s;：{<])/.test(rest)) return { kind: "none" };
      return nearMiss("", `exp: ${shortened(rest.replace(/^[\s;：]+/, ""))}`);
    default:
      return form satisfies never;
  }
}

type Form =
  | { readonly kind: "plain"; readonly title: string }
  | { readonly kind: "bracket" | "parenthesis"; readonly list: string; readonly title: string }
  /** A list that is not closed, or has no colon behind it. */
  | { readonly kind: "open"; readonly meant: string }
  | { readonly kind: "other" };

/** Tells by what follows the keyword. */
function formOf(rest: string): Form {
  const plain = /^[ \t]*:/.exec(rest)?.[0];
  if (plain !== undefined) return { kind: "plain", title: rest.slice(plain.length).trim() };
  const opening = /^[ \t]*([[(])/.exec(rest);
  if (opening === null) return { kind: "other" };
  const kind = opening[1] === "[" ? "bracket" : "parenthesis";
  const end = rest.indexOf(kind === "bracket" ? "]" : ")", opening[0].length);
  const [list, after] = cut(rest, opening[0].length, end);
  const colon = /^[ \t]*:/.exec(after)?.[0];
  if (end >= 0 && colon !== undefined && opening[0].length === 1)
    return { kind, list, title: after.slice(colon.length).trim() };
  // A sentence that merely goes on in parentheses names no manifest.
  if (kind === "parenthesis" && !/\.ya?ml\s*$/.test(list)) return { kind: "other" };
  const names = list.split(",").filter((name) => selectorFault(name.trim()) === undefined);
  const text = after.slice(colon?.length ?? 0).trim() || "…";
  return {
    kind: "open",
    meant: `exp[${shortened(names.join(",") || "<manifest>")}]: ${shortened(text)}`,
  };
}

/** The list of manifests, and what stands behind it; one that is not closed ends at the colon. */
function cut(rest: string, begin: number, end: number): readonly [string, string] {
  if (end >= 0) return [rest.slice(begin, end), rest.slice(end + 1)];
  const colon = rest.indexOf(":", begin);
  return colon < 0 ? [rest.slice(begin), ""] : [rest.slice(begin, colon), rest.slice(colon)];
}

function chosen(form: Extract<Form, { list: string }>): Head | Refusal {
  const verdict = readSelectors(form.list);
  if (verdict.kind === "refused") return verdict;
  const bare = verdict.selectors.find((selector) => !/\.ya?ml$/.test(selector));
  if (form.kind === "parenthesis" && bare !== undefined)
    return {
      kind: "refused",
      reason: `In parentheses a manifest's name needs its extension: write ${bare}.yaml, or exp[…]: with brackets.`,
    };
  return { kind: "head", selectors: verdict.selectors, title: form.title };
}

/** Loose mode: whatever stands between the keyword and the first letter is punctuation. */
function anything(rest: string): Head {
  return {
    kind: "head",
    selectors: [undefined],
    title: rest.replace(/^[\s:;,.\-–—=!]+/, "").trim(),
  };
}

/** Words that people write for the keyword, as a tag of their own. */
function almostKeyword(line: string): Refusal {
  const match = /^\s{0,100}(exp|aichor|experiments?|expt|epx|expp)[ \t]{0,100}[:[]/i.exec(line);
  return match === null
    ? { kind: "none" }
    : nearMiss("", "exp: …, at the very beginning of the message");
}

function nearMiss(title: string, meant: string): Refusal {
  const form = title === "" ? meant : meant.replace("…", shortened(title));
  return { kind: "near-miss", reason: `This starts nothing, did you mean ${form}?` };
}

const shortened = (text: string): string =>
  text.length > 60 ? `${text.slice(0, 60)}…` : text || "…";

function withTrailers(head: Head, lines: readonly string[], cut: boolean): TriggerVerdict {
  const reading = cut ? { trailers: [], otherLines: lines.slice(1) } : readTrailers(lines);
  const { overrides, errors } = readTriggerTrailers(reading.trailers);
  if (errors.length > 0) return { kind: "refused", reason: errors.slice(0, 10).join(" ") };
  return {
    kind: "start",
    selectors: head.selectors,
    title: head.title,
    overrides,
    ...(overrides.name === undefined ? {} : { name: overrides.name }),
    tags: overrides.tags ?? [],
    warnings: strayTrailers(reading.otherLines, cut),
  };
}

const MOST_WARNINGS = 10;

function strayTrailers(otherLines: readonly string[], cut: boolean): readonly string[] {
  const stray = otherLines
    .map(trailerOf)
    .filter((trailer) => trailer !== undefined)
    .filter(isOurs)
    .slice(0, MOST_WARNINGS);
  const because = cut
    ? `the message is longer than ${MESSAGE_LIMIT / 1024} KiB`
    : "it is not in the last paragraph, or other text stands there";
  return stray.map(({ token }) => `${token.slice(0, 40)} is not read: ${because}.`);
}
