import { DatabaseUnavailableError, NotFoundError } from "../core/errors.ts";
import type { LogRecord } from "../core/log-store.ts";
import type { LiveLogs } from "./live-logs.ts";
import { readBytes } from "./segments.ts";

/**
 * Of our own writers we are told, and look to be sure. A log that another server writes is looked at again soon where it
 * had news, as lines seldom come alone, and after a quarter longer each time that it has none: so what comes after a pause
 * is late by a quarter of it at most.
 */
const lookMilliseconds = { here: 2_000, afterNews: 15, atLeast: 200 };

/** Bytes as they come, at the reader's pace: nothing is read ahead. Throws the signal's reason when it is aborted. */
export async function* follow(
  {
    folder,
    live,
    look,
  }: {
    readonly folder: string;
    readonly live: LiveLogs;
    readonly look: (id: string) => Promise<LogRecord | undefined>;
  },
  record: LogRecord,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { id } = record;
  const watch = live.watch(id);
  let known = record;
  let at = offset;
  let elsewhere: number = lookMilliseconds.afterNews;
  try {
    while (at < known.stored || !known.sealed) {
      signal.throwIfAborted();
      for await (const block of readBytes(folder, known, { start: at, end: known.stored })) {
        yield block;
        at += block.length;
        signal.throwIfAborted();
      }
      if (known.sealed) return;
      const wait = live.hasWriter(id) ? lookMilliseconds.here : elsewhere;
      const told = await watch.news(wait, signal);
      signal.throwIfAborted();
      const news = told ?? (await lookIfPossible(look, known));
      const isNew = news.stored > known.stored || news.sealed;
      if (isNew) known = news;
      const { afterNews, atLeast } = lookMilliseconds;
      elsewhere = isNew ? afterNews : Math.min(1.25 * elsewhere, atLeast);
    }
  } finally {
    live.unwatch(id, watch);
  }
}

/** While the database is away, nothing is new. */
async function lookIfPossible(
  look: (id: string) => Promise<LogRecord | undefined>,
  known: LogRecord,
): Promise<LogRecord> {
  try {
    const found = await look(known.id);
    if (found !== undefined) return found;
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) return known;
    throw error;
  }
  throw new NotFoundError("This log is not kept any more.");
}
