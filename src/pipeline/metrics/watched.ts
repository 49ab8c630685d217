import type { MetricSource } from "../../core/run-metrics.ts";
import type { Attempt } from "../../core/run.ts";

/** What is over sooner is read when it is over: nothing is asked for it before. */
const PATIENCE_MS = 2000;

/** A live attempt, for as long as it is one. Times are of `performance.now()`. */
export interface Watched {
  attempt: Attempt;
  readonly since: number;
  /** undefined until it was asked for. */
  source: MetricSource | undefined;
  /** By its file's name: what was read last. */
  readonly etags: Map<string, string>;
  readAt: number;
  sampleAt: number;
}

/** The same one as before, where there is one: what is read of it meanwhile is not forgotten. */
export function watch(attempt: Attempt, known: Watched | undefined): Watched {
  if (known !== undefined) return Object.assign(known, { attempt });
  const since = performance.now();
  const first = since + PATIENCE_MS;
  return { attempt, since, source: undefined, etags: new Map(), readAt: first, sampleAt: first };
}
