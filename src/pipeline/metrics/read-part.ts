import type { ObjectStore } from "../../core/object-store.ts";
import type { MetricSource } from "../../core/run-metrics.ts";

/** By lines as it goes, and all at once at the end. */
export const METRIC_FILES = ["metrics.jsonl", "metrics.json"] as const;

/** Where an experiment's output file of that name is. */
export const outputFile = (
  { projectSlug, experimentId }: Pick<MetricSource, "projectSlug" | "experimentId">,
  name: (typeof METRIC_FILES)[number],
): readonly [bucket: string, key: string] => [
  `${projectSlug}/output`,
  `output/${experimentId}/${name}`,
];

export interface FilePart {
  readonly bytes: Buffer;
  /** Whether it reaches to the end of the file, as it was when it was looked at. */
  readonly isLast: boolean;
}

/** Some bytes of the run's metrics.jsonl; undefined where there is none. Fewer where the file is shorter. */
export async function readPart(
  buckets: Pick<ObjectStore, "stat" | "get">,
  source: MetricSource,
  range: { readonly start: number; readonly end: number },
): Promise<FilePart | undefined> {
  const [bucket, key] = outputFile(source, "metrics.jsonl");
  const info = await buckets.stat(bucket, key);
  if (info === undefined) return undefined;
  const end = Math.min(range.end, info.size);
  const isLast = info.size <= range.end;
  if (end <= range.start) return { bytes: Buffer.alloc(0), isLast };
  const content = await buckets.get(bucket, key, { start: range.start, end });
  if (content === undefined) return undefined;
  return { bytes: await bytesOf(content.body), isLast };
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
