import { closest, didYouMean } from "./suggest.ts";

/** What a schema found wrong with a value, whichever library found it. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly expected?: string | undefined;
  readonly format?: string | undefined;
  readonly origin?: string | undefined;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean | undefined;
  readonly values?: readonly unknown[] | undefined;
}

/** The end of a sentence that begins with the field's name and says what to write there: `must be a whole number`. */
export function plainWords(issue: SchemaIssue): string {
  const { code = "", input, origin = "", minimum, maximum, inclusive = true } = issue;
  switch (code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected ?? ""];
      if (input === undefined)
        return `is missing${kind === undefined ? "" : `; it must be ${kind}`}`;
      return kind === undefined ? WRONG : `must be ${kind}${instead(input)}`;
    }
    case "too_small":
      if (UNITS[origin] !== undefined)
        return Number(minimum) === 1
          ? "must not be empty"
          : `must have at least ${counted(minimum, origin)}`;
      return inclusive
        ? `must be ${String(minimum)} or more`
        : `must be more than ${String(minimum)}`;
    case "too_big":
      if (UNITS[origin] !== undefined) return `must have at most ${counted(maximum, origin)}`;
      return inclusive
        ? `must be ${String(maximum)} or less`
        : `must be less than ${String(maximum)}`;
    case "invalid_value":
      return oneOf(input, (issue.values ?? []).map(String));
    case "invalid_format":
      return FORMATS[issue.format ?? ""] ?? WRONG;
    default:
      return WRONG;
  }
}

const WRONG = "cannot be what is given here";

/** The sentence itself. Words that begin with a capital letter are one of their own. */
export function sentenceAbout(field: string, words: string): string {
  const isWhole = /^\p{Lu}/u.test(words);
  const sentence = isWhole ? `${field}: ${words}` : `${field} ${words}`;
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The allowed value that was most likely meant. */
export function suggestedValue({ input, values }: SchemaIssue): string | undefined {
  return typeof input === "string" ? closest(input, (values ?? []).map(String)) : undefined;
}

function oneOf(input: unknown, values: readonly string[]): string {
  const must = `must be ${listed(values)}`;
  if (input === undefined) return `is missing; it ${must}`;
  if (typeof input !== "string") return `${must}${instead(input)}`;
  return `${must}, not ${JSON.stringify(input.slice(0, 80))}${didYouMean(closest(input, values))}`;
}

export const listed = (values: readonly string[]): string =>
  values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function instead(input: unknown): string {
  if (input === null) return ", not null";
  if (Array.isArray(input)) return ", not a list";
  if (typeof input === "object") return ", not an object";
  if (typeof input === "string") return ", not text";
  return typeof input === "number" && Number.isFinite(input) ? `, not ${input}` : "";
}

const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  string: ["character", "characters"],
  array: ["item", "items"],
  record: ["entry", "entries"],
};

const counted = (count: unknown, origin: string): string =>
  `${String(count)} ${UNITS[origin]?.[Number(count) === 1 ? 0 : 1]}`;

const FORMATS: Readonly<Record<string, string>> = {
  url: "must be an address such as https://assay.example.org",
  datetime: "must be a time such as 2026-03-01T12:00:00Z",
  uuid: "must be an id such as 3f2a91c0-5d1e-4c39-9a53-0c6a2f1b7e55",
};
