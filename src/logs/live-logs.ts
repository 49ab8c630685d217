import type { LogRecord } from "../core/log-store.ts";
import { Nudge } from "./nudge.ts";

/** What this process knows of a log without asking: what its own writers have just committed. */
export class LiveLogs {
  readonly #writers = new Map<string, number>();
  readonly #followers = new Map<string, Set<LogWatch>>();

  /** To be called back when the writer lets go. */
  writes(id: string): () => void {
    this.#writers.set(id, (this.#writers.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#writers.get(id) ?? 1) - 1;
      if (left === 0) this.#writers.delete(id);
      else this.#writers.set(id, left);
    };
  }

  hasWriter(id: string): boolean {
    return this.#writers.has(id);
  }

  /** Only what the row says already. */
  publish(record: LogRecord): void {
    for (const watch of this.#followers.get(record.id) ?? []) watch.tell(record);
  }

  watch(id: string): LogWatch {
    const watch = new LogWatch();
    this.#followers.set(id, (this.#followers.get(id) ?? new Set()).add(watch));
    return watch;
  }

  unwatch(id: string, watch: LogWatch): void {
    const watches = this.#followers.get(id);
    watches?.delete(watch);
    if (watches?.size === 0) this.#followers.delete(id);
  }
}

/** One follower's: holds the newest only, however slow the follower is. */
export class LogWatch {
  readonly #nudge = new Nudge();
  #news: LogRecord | undefined;

  tell(record: LogRecord): void {
    this.#news = record;
    this.#nudge.now();
  }

  /** What was told since the last time, waiting so long for it. */
  async news(milliseconds: number, signal: AbortSignal): Promise<LogRecord | undefined> {
    const onAbort = () => this.#nudge.now();
    signal.addEventListener("abort", onAbort);
    if (this.#news === undefined && !signal.aborted) await this.#nudge.pause(milliseconds);
    signal.removeEventListener("abort", onAbort);
    const news = this.#news;
    this.#news = undefined;
    return news;
  }
}
