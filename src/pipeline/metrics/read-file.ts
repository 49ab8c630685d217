import { readMetricLines } from "../../core/metric-lines.ts";
import type { Ports } from "../../core/ports.ts";
import type { MetricFile, MetricSource } from "../../core/run-metrics.ts";
import { generationOf, nextGeneration } from "./generation.ts";
import { readPart } from "./read-part.ts";
import { storeMetrics } from "./store.ts";

type Used = Pick<Ports, "buckets" | "database">;

/** Read at once: some 25 ms of work, in which the server does nothing else. */
const CHUNK_BYTES = 2 ** 19;
/** Of a file that is longer, this much before the place where reading goes on tells whether it is still the same one. */
const BEFORE_BYTES = 64;

/**
 * What is new in a run's metrics.jsonl becomes points, from where it was read to, in transactions that move both: a server
 * that dies in between reads a part again, or has stored it. `toEnd` takes a last line without its end, too. Safe to
 * repeat, also by two servers at once. Answers whether there was something new.
 */
export async function readFile(
  ports: Used,
  source: MetricSource,
  toEnd: boolean,
): Promise<boolean> {
  for (let hasNews = false; ;) {
    const known = await ports.database.runMetrics.file(source.runId);
    const next = await nextPart(ports, source, known, toEnd);
    if (next === undefined) return hasNews;
    await ports.database.transaction(async (stores) => {
      // Where somebody else has read on, the next look sees how far.
      if (!(await stores.runMetrics.advanceFile(source.runId, known, next.file))) return;
      await storeMetrics(stores, source, next.file.generation, next.series);
    });
    hasNews = true;
  }
}

/** undefined where there is nothing new. */
async function nextPart(
  { buckets }: Used,
  source: MetricSource,
  known: MetricFile | undefined,
  toEnd: boolean,
) {
  const file = goingOn(source, known);
  const before = Buffer.from(file.before, "hex");
  const part = await readPart(buckets, source, {
    start: file.read - before.length,
    end: file.read + CHUNK_BYTES,
  });
  if (part === undefined) return undefined;
  const isSame =
    part.bytes.length >= before.length && part.bytes.subarray(0, before.length).equals(before);
  if (!isSame) return { file: rewritten(file), series: new Map() };

  const fresh = part.bytes.subarray(before.length);
  const lastLine = fresh.lastIndexOf(NEWLINE) + 1;
  // A line longer than all that is read at once is no line of metrics: it is passed over, piece by piece.
  const isWhole = (toEnd && part.isLast) || (lastLine === 0 && fresh.length === CHUNK_BYTES);
  const taken = fresh.subarray(0, isWhole ? fresh.length : lastLine);
  if (taken.length === 0) return undefined;
  const text = taken.toString("utf8");
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const { series, skipped } = readMetricLines(lines, (index) => file.lines + index + 1);
  return {
    file: {
      ...file,
      read: file.read + taken.length,
      lines: file.lines + lines.length,
      skipped: file.skipped + skipped,
      before: Buffer.concat([before, taken]).subarray(-BEFORE_BYTES).toString("hex"),
    },
    series,
  };
}

const NEWLINE = "\n".charCodeAt(0);

/** A new attempt goes on in the file, and takes back what the one before reported beyond where it begins. */
function goingOn({ attempt }: MetricSource, known: MetricFile | undefined): MetricFile {
  const first = generationOf(attempt);
  const begun = known ?? { read: 0, lines: 0, skipped: 0, before: "", generation: first };
  return { ...begun, generation: Math.max(begun.generation, first) };
}

/** Another file is there now: it is read from its beginning, and replaces what the one before said. */
function rewritten(file: MetricFile): MetricFile {
  return { read: 0, lines: 0, skipped: 0, before: "", generation: nextGeneration(file.generation) };
}
