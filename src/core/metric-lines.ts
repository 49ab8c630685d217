import type { Json } from "./json.ts";
import type { MetricPoint } from "./run-metrics.ts";

/** What some lines report, by name, each name's points by step. */
export interface MetricLines {
  readonly series: ReadonlyMap<string, readonly MetricPoint[]>;
  /** How many of the lines said nothing. */
  readonly skipped: number;
}

/** A line that names no step is at this one: its place, from 1, say. */
export type StepOf = (index: number) => number;

/**
 * `{"step": 10, "loss": 0.3}` line by line: every number but the step is a metric. Beside JSON's own numbers there are
 * NaN, Infinity and -Infinity, as strings or bare, as Python writes them. Of a step that comes twice the later counts.
 */
export function readMetricLines(lines: readonly string[], stepOf: StepOf): MetricLines {
  return metricsOf(lines.map(parseLoosely), stepOf);
}

/** The same of what has been read as JSON; undefined is what could not be. */
export function metricsOf(items: readonly (Json | undefined)[], stepOf: StepOf): MetricLines {
  const series = new Map<string, Map<number, number>>();
  let skipped = 0;
  for (const [index, item] of items.entries()) {
    const { step: written, ...values } = numbersOf(item);
    const step = written ?? stepOf(index);
    const named = Object.entries(values);
    if (named.length === 0 || !isStep(step) || !hasGoodStep(item)) {
      skipped += 1;
      continue;
    }
    for (const [name, value] of named) {
      const points = series.get(name) ?? new Map<number, number>();
      series.set(name, points.set(step, value));
    }
  }
  return { series: new Map([...series].map(([name, points]) => [name, byStep(points)])), skipped };
}

const byStep = (points: ReadonlyMap<number, number>): readonly MetricPoint[] =>
  [...points]
    .map(([step, value]) => ({ step, value }))
    .toSorted((one, other) => one.step - other.step);

/** The numbers of an object, by name; what is nested, or is none, is left out. */
export function numbersOf(item: Json | undefined): Readonly<Record<string, number>> {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return {};
  const numbers: [string, number][] = [];
  for (const [name, value] of Object.entries<Json>(item)) {
    const number = toNumber(value);
    if (number !== undefined && isName(name)) numbers.push([name, number]);
  }
  return Object.fromEntries(numbers);
}

/** undefined for what is no JSON, also as Python writes it. */
export function parseLoosely(text: string): Json | undefined {
  return parsed(text) ?? parsed(text.replaceAll(BARE_OR_STRING, quoted));
}

const BARE_OR_STRING = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
const quoted = (found: string): string => (found.startsWith('"') ? found : `"${found}"`);

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** -NaN is what some languages print. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["-NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

function toNumber(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? WORDS.get(value) : undefined;
}

/** A step that is written must be one: a line at "first" has no place in a curve. */
function hasGoodStep(item: Json | undefined): boolean {
  if (typeof item !== "object" || item === null || !("step" in item)) return true;
  return typeof item["step"] === "number";
}

/** Steps are told apart, and divided into stretches, up to here. */
const isStep = (step: number): boolean => Math.abs(step) <= Number.MAX_SAFE_INTEGER;

const MOST_CHARACTERS = 200;
/** What has a place in a legend and in a list. */
const isName = (name: string): boolean =>
  name !== "" && name.length <= MOST_CHARACTERS && !/\p{Cc}/u.test(name);
