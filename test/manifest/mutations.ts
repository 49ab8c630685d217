import type { seededRandom } from "../core/seeded-random.ts";

type Random = ReturnType<typeof seededRandom>;
type Mutation = (text: string, random: Random) => string;

/** A manifest made of others: broken, strange or hostile, the same for the same random numbers. */
export function mutated(sources: readonly string[], random: Random): string {
  let text = sources[random.below(sources.length)] ?? "";
  for (let count = 1 + random.below(4); count > 0; count -= 1)
    text = random.pick(MUTATIONS)(text, random);
  return text;
}

const STRANGE_VALUES = [
  "1e999",
  "-1",
  "4.0",
  '"4"',
  "500m",
  "1_000",
  "0x10",
  "0o17",
  "-0",
  "99999999999999999999",
  ".inf",
  "-.inf",
  ".nan",
  "~",
  "null",
  "yes",
  "True",
  "2024-01-01",
  "2024-01-01T00:00:00Z",
  "01:00:00",
  "!!binary aGVsbG8=",
  "!!set {a, b}",
  "!!timestamp 2024-01-01",
  "!!js/function x",
  "!!str 5",
  "! x",
  "*nowhere",
  "&here x",
  "*here",
  "{}",
  "[]",
  "[[[]]]",
  "{ a: { b: c } }",
  "{ __proto__: { polluted: 1 } }",
  "{ constructor: { prototype: 1 } }",
  "''",
  '""',
  '"\\0"',
  '"\\uD800"',
  '"\\u202E"',
  "'{{ params.lr }}'",
  "{{ params.lr }}",
  "|\n    line\n    {{ params.x }}\n",
  ">-\n  folded",
  "é漢字🚀",
  "\u2028",
  "a\u0000b",
  "/assay/output",
  "../../etc/passwd",
  "@",
  "`",
  "%",
  "- a",
  ": b",
  "#",
] as const;

const STRANGE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "<<",
  "?",
  "[a]",
  "{a: b}",
  '""',
  "~",
  "1",
  "true",
  "spec",
  "types",
  "Worker",
  "Master",
  "Head",
  "Workers",
  "resources",
  "params",
  "secrets",
  "env",
  "é",
  "🚀",
  "*here",
  "&here spec",
] as const;

const PIECES = [
  "\n",
  "\r",
  "\r\n",
  "\t",
  " ",
  "  ",
  ":",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  ",",
  "'",
  '"',
  "|",
  ">",
  "#",
  "&a ",
  "*a",
  "!",
  "?",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "\uFEFF",
  "\u0000",
  "\u0085",
  "\u2028",
  "\uD800",
  "\u202E",
  "\u00A0",
  "{{ params.a }}",
] as const;

const at = (text: string, random: Random): number => random.below(text.length + 1);

const inserted: Mutation = (text, random) => {
  const place = at(text, random);
  return text.slice(0, place) + random.pick(PIECES) + text.slice(place);
};

const cut: Mutation = (text, random) => {
  const begin = at(text, random);
  return text.slice(0, begin) + text.slice(begin + random.below(40));
};

const truncated: Mutation = (text, random) => text.slice(0, at(text, random));

/** Lines change places, are said twice, or go. */
const shuffled: Mutation = (text, random) => {
  const lines = text.split("\n");
  const line = lines[random.below(lines.length)] ?? "";
  const place = random.below(lines.length);
  return lines.toSpliced(place, random.below(2), line).join("\n");
};

const shifted: Mutation = (text, random) => {
  const lines = text.split("\n");
  const place = random.below(lines.length);
  return lines.with(place, random.pick(["", " ", "  ", "\t", "      "]) + lines[place]).join("\n");
};

const ofValue: Mutation = (text, random) =>
  changedMatch(text, /:[ \t][^\n]*/g, random, () => `: ${random.pick(STRANGE_VALUES)}`);

const ofKey: Mutation = (text, random) =>
  changedMatch(text, /[\w.-]+(?=:)/g, random, () => random.pick(STRANGE_KEYS));

/** A typing error: two letters of a word change places. */
const misspelt: Mutation = (text, random) =>
  changedMatch(text, /\w{3,}/g, random, (word) => {
    const place = random.below(word.length - 1);
    return word.slice(0, place) + word[place + 1] + word[place] + word.slice(place + 2);
  });

const added: Mutation = (text, random) =>
  `${text}\n${random.pick(STRANGE_KEYS)}: ${random.pick(STRANGE_VALUES)}`;

const spliced: Mutation = (text, random) =>
  text.slice(0, at(text, random)) + text.slice(at(text, random));

const otherLines: Mutation = (text, random) =>
  text.replaceAll(/\r?\n/g, random.pick(["\r\n", "\r", "\n\n", "\u0085"]));

const marked: Mutation = (text) => `\uFEFF${text}`;

const deep: Mutation = (text, random) => {
  const depth = 1 + random.below(20_000);
  const [open, close] = random.pick([
    ["[", "]"],
    ["{a: ", "}"],
    ["- ", ""],
    ["? ", ""],
    ["&a [", "]"],
  ]);
  const whole = open.repeat(depth) + (random.below(2) === 0 ? "" : close.repeat(depth));
  return `${text}\nmetadata: ${whole.slice(0, 100_000)}`;
};

const bomb: Mutation = (text, random) => {
  const width = 2 + random.below(12);
  const names = "abcdefghijklmnopqrstuvwxyz".slice(0, 3 + random.below(23)).split("");
  const lines = names.map((name, index) => {
    const item = index === 0 ? "x" : `*${names[index - 1]}`;
    return `  ${name}: &${name} [${Array<string>(width).fill(item).join(", ")}]`;
  });
  return `${text}\nmetadata:\n${lines.join("\n")}`;
};

const long: Mutation = (text, random) => {
  const letters = random.pick([
    "x",
    "é",
    "🚀",
    "{{ params.a }} ",
    "'",
    "a ",
    "$",
    "\\",
    "-",
    "[",
    "&",
  ]);
  const much = letters.repeat(1 + random.below(60_000)).slice(0, 120_000);
  return changedMatch(text, /[^\s:]+/g, random, () => much);
};

const many: Mutation = (text, random) => {
  const count = 1 + random.below(4000);
  const value = random.pick(STRANGE_VALUES);
  const lines = Array.from({ length: count }, (_, index) => `  k${index}: ${value}`);
  const under = random.pick(["metadata:", "params:", "spec:", "tags:", "builder:", "unknown:"]);
  return `${text}\n${under}\n${lines.join("\n")}`.slice(0, 300_000);
};

/** Those that make much stand less often among those that make little. */
const SMALL: readonly Mutation[] = [
  inserted,
  cut,
  truncated,
  shuffled,
  shifted,
  ofValue,
  ofValue,
  ofKey,
  misspelt,
  added,
  spliced,
  otherLines,
  marked,
];
const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  inserted,
  ...SMALL,
  ...SMALL,
  ...SMALL,
  ...SMALL,
  ...SMALL,
  ...SMALL,
  deep,
  bomb,
  long,
  many,
];

function changedMatch(
  text: string,
  pattern: RegExp,
  random: Random,
  change: (match: string) => string,
): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[random.below(matches.length)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + change(match[0]) + text.slice(match.index + match[0].length);
}
