import type { Ports } from "../../core/ports.ts";
import type { MetricSource } from "../../core/run-metrics.ts";
import { messageOf } from "../message-of.ts";
import { readFile } from "./read-file.ts";
import { readFinals } from "./read-finals.ts";
import { METRIC_FILES, outputFile } from "./read-part.ts";
import type { Watched } from "./watched.ts";

/** What is new in the files of one that runs. Where they have not changed, or are not there, nothing is asked of the database. */
export async function readLive(
  ports: Pick<Ports, "buckets" | "database" | "log">,
  { attempt, source, etags }: Watched,
): Promise<void> {
  if (source === undefined) return;
  for (const name of METRIC_FILES) {
    const etag = await etagOf(ports, source, name);
    if (etag === undefined || etag === etags.get(name)) continue;
    // As it is now: a look may come late, when the next attempt has begun.
    const [now] = await ports.database.runMetrics.sources([attempt.runId]);
    if (now === undefined) return;
    await READ[name](ports, now);
    etags.set(name, etag);
  }
}

type Reading = (
  ports: Pick<Ports, "buckets" | "database">,
  source: MetricSource,
) => Promise<unknown>;

const READ: Readonly<Record<(typeof METRIC_FILES)[number], Reading>> = {
  "metrics.jsonl": (ports, source) => readFile(ports, source, false),
  "metrics.json": readFinals,
};

/** A file that may not be read yet is read when its experiment has ended: then it is the server's. */
async function etagOf(
  { buckets, log }: Pick<Ports, "buckets" | "log">,
  source: Parameters<typeof outputFile>[0],
  name: Parameters<typeof outputFile>[1],
): Promise<string | undefined> {
  try {
    return (await buckets.stat(...outputFile(source, name)))?.etag;
  } catch (error) {
    log.debug(
      { experimentId: source.experimentId, reason: messageOf(error) },
      "metrics cannot be read yet",
    );
    return undefined;
  }
}
