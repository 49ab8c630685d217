import { DatabaseUnavailableError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { MetricSource } from "../../core/run-metrics.ts";
import { readFile } from "./read-file.ts";
import { readFinals } from "./read-finals.ts";
import { METRIC_FILES, outputFile } from "./read-part.ts";

type Used = Pick<Ports, "buckets" | "database" | "log">;

/**
 * Nothing writes any more: whatever an experiment's files say of its metrics is stored. Costs no statement where there are
 * none. What cannot be read is told in the log: no experiment fails for its metrics. Safe to repeat.
 */
export async function readMetricsToEnd(
  ports: Used,
  { id, projectSlug }: Pick<Experiment, "id" | "projectSlug">,
): Promise<void> {
  await unlessUnavailable(ports, id, async () => {
    const there = await Promise.all(
      METRIC_FILES.map((name) =>
        ports.buckets.stat(...outputFile({ projectSlug, experimentId: id }, name)),
      ),
    );
    if (there.every((info) => info === undefined)) return;
    // Its runs share one folder; what is in it is said to be of the first one.
    const [source] = await ports.database.runMetrics.sourcesOf(id);
    if (source === undefined) return;
    await readFile(ports, source, true);
    await readFinals(ports, source);
  });
}

/** Before a run's next attempt goes on in the same file: what the last one wrote is its own. */
export async function readAttemptToEnd(ports: Used, runId: string): Promise<void> {
  await unlessUnavailable(ports, runId, async () => {
    const [source] = await ports.database.runMetrics.sources([runId]);
    if (source !== undefined) await readFile(ports, source, true);
  });
}

async function unlessUnavailable(
  { log }: Pick<Ports, "log">,
  id: MetricSource["runId"],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) throw error;
    log.warn({ about: id, error }, "metrics could not be read to their end");
  }
}
