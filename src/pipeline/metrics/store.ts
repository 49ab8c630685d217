import type { Stores } from "../../core/database.ts";
import type { MetricLines } from "../../core/metric-lines.ts";
import type { MetricSource } from "../../core/run-metrics.ts";
import { thinPoints } from "../../core/thin-points.ts";

/** So many points of one name are stored at a time: a file that is read all at once would only be thinned again. */
const MOST_AT_ONCE = 1000;

/** Within a transaction. Whoever looks at the experiment is told. Answers the names that there was no room for. */
export async function storeMetrics(
  { runMetrics, events }: Pick<Stores, "runMetrics" | "events">,
  { runId, experimentId, projectId }: Omit<MetricSource, "attempt" | "projectSlug">,
  generation: number,
  series: MetricLines["series"],
): Promise<readonly string[]> {
  if (series.size === 0) return [];
  const tooMany = await runMetrics.add(
    "reported",
    [...series].map(([name, points]) => ({
      runId,
      experimentId,
      name,
      generation,
      points: thinPoints(points, MOST_AT_ONCE),
    })),
  );
  await events.publish({ kind: "experiment", experimentId, projectId });
  return tooMany;
}
