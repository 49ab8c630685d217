import { EngineUnreachableError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Keep } from "../../core/retention.ts";
import { unusedArchives } from "../retention/archives.ts";
import { unusedImages } from "../retention/images.ts";
import { FIRST, type Summary, summaryOf } from "../retention/summary.ts";

export interface RetentionPreview {
  /** undefined: Docker does not answer. */
  readonly images: Summary | undefined;
  readonly archives: Summary;
  readonly logs: Summary;
  readonly buildCache: { readonly keepBytes: number; readonly usedBytes: number } | undefined;
}

/** What would be removed now, if things were kept like this. Removes nothing. */
export async function previewRetention(
  ports: Pick<Ports, "archives" | "builder" | "database" | "dockerDiskBytes">,
  keep: Keep,
  signal: AbortSignal,
): Promise<RetentionPreview> {
  const { retention } = ports.database;
  const [images, archives, total, first, buildCache] = await Promise.all([
    ifDockerAnswers(async () => summaryOf(await unusedImages(ports, keep.imagesDays, signal))),
    summaryOf(unusedArchives(ports, keep.archivesDays)),
    retention.expiredLogsTotal(keep.logsDays),
    retention.expiredLogs(keep.logsDays, FIRST),
    ifDockerAnswers(() => buildCacheOf(ports, keep, signal)),
  ]);
  return { images, archives, logs: { ...total, first }, buildCache };
}

async function buildCacheOf(
  { builder, dockerDiskBytes }: Pick<Ports, "builder" | "dockerDiskBytes">,
  { buildCacheShare }: Keep,
  signal: AbortSignal,
): Promise<RetentionPreview["buildCache"]> {
  const usedBytes = await builder.cacheBytes(signal);
  return { usedBytes, keepBytes: Math.floor((await dockerDiskBytes()) * buildCacheShare) };
}

/** One that hangs is given up by the signal. */
async function ifDockerAnswers<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    if (isTimeout || error instanceof EngineUnreachableError) return undefined;
    throw error;
  }
}
