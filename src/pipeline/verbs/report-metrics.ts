import type { Json } from "../../core/json.ts";
import { metricsOf } from "../../core/metric-lines.ts";
import type { Ports } from "../../core/ports.ts";
import type { Run } from "../../core/run.ts";
import { generationOf } from "../metrics/generation.ts";
import { storeMetrics } from "../metrics/store.ts";

/** What became of what a program reported. */
export interface Reported {
  readonly stored: number;
  /** No step, or no number. */
  readonly skipped: number;
  /** Names that the run has no room for. */
  readonly tooMany: readonly string[];
}

/** Points of a run's metrics, as its program reports them. The same ones again change nothing. */
export async function reportMetrics(
  { database }: Pick<Ports, "database">,
  { id: runId, experimentId, projectId, attempt }: Run,
  items: readonly Json[],
): Promise<Reported> {
  // By itself a call has no place in the order of steps.
  const { series, skipped } = metricsOf(items, () => Number.NaN);
  const source = { runId, experimentId, projectId };
  const tooMany = await database.transaction((stores) =>
    storeMetrics(stores, source, generationOf(attempt), series),
  );
  return { stored: items.length - skipped, skipped, tooMany };
}
