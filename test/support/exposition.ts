/** What Prometheus would read. */
export interface Exposition {
  readonly kinds: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** The value under exactly these labels. */
  readonly value: (name: string, labels?: Labels) => number | undefined;
  /** Over all labels that hold these. */
  readonly sum: (name: string, labels?: Labels) => number;
}

type Labels = Readonly<Record<string, string>>;

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
/** As Prometheus reads it, whatever the case. */
const NUMBER = /^(?:nan|[+-]?inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/gy;

/** Reads the text format, and throws at a line that is none of it, or a sample that comes twice or without its kind. */
export function readExposition(text: string): Exposition {
  const kinds = new Map<string, string>();
  const help = new Map<string, string>();
  const samples = new Map<string, { name: string; labels: Labels; value: number }>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const [, what, about, rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (about !== undefined) (what === "HELP" ? help : kinds).set(about, rest);
    else {
      const sample = readSample(line);
      const key = keyOf(sample.name, sample.labels);
      if (samples.has(key)) throw new Error(`it comes twice: ${line}`);
      const base = sample.name.replace(/_(bucket|count|sum)$/, "");
      if (!kinds.has(sample.name) && !kinds.has(base)) throw new Error(`it has no kind: ${line}`);
      samples.set(key, sample);
    }
  }
  return {
    kinds,
    help,
    value: (name, labels = {}) => samples.get(keyOf(name, labels))?.value,
    sum: (name, labels = {}) =>
      [...samples.values()]
        .filter((sample) => sample.name === name && holds(sample.labels, labels))
        .reduce((total, { value }) => total + value, 0),
  };
}

function readSample(line: string): { name: string; labels: Labels; value: number } {
  const [, name, inner = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`it is no sample: ${line}`);
  const found = [...inner.matchAll(LABEL)];
  if (found.map(([all]) => all).join("") !== inner) throw new Error(`bad labels: ${line}`);
  const labels = Object.fromEntries(found.map(([, label = "", text = ""]) => [label, text]));
  if (!NUMBER.test(value)) throw new Error(`it is no number: ${line}`);
  return { name, labels, value: Number(value) };
}

const keyOf = (name: string, labels: Labels): string =>
  JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const holds = (all: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => all[name] === value);
