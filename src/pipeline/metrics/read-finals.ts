import { numbersOf, parseLoosely } from "../../core/metric-lines.ts";
import type { Ports } from "../../core/ports.ts";
import { MOST_METRICS, type MetricSource } from "../../core/run-metrics.ts";
import { bytesOf, outputFile } from "./read-part.ts";

/** A larger one is a result, not a handful of numbers. */
const MOST_BYTES = 4 * 2 ** 20;

/** The numbers of a run's metrics.json, which are its final values. Safe to repeat. Answers whether it has some. */
export async function readFinals(
  { buckets, database }: Pick<Ports, "buckets" | "database">,
  source: MetricSource,
): Promise<boolean> {
  const [bucket, key] = outputFile(source, "metrics.json");
  const info = await buckets.stat(bucket, key);
  if (info === undefined || info.size > MOST_BYTES) return false;
  const content = await buckets.get(bucket, key);
  if (content === undefined) return false;
  const text = (await bytesOf(content.body)).toString("utf8");
  const numbers = Object.entries(numbersOf(parseLoosely(text))).slice(0, MOST_METRICS.reported);
  if (numbers.length === 0) return false;
  const { projectId, experimentId } = source;
  await database.transaction(async ({ runMetrics, events }) => {
    await runMetrics.setFinals(source, Object.fromEntries(numbers));
    await events.publish({ kind: "experiment", experimentId, projectId });
  });
  return true;
}
