import { appendFile, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";

import type { Life } from "./life.ts";
import type { Program } from "./program.ts";

export type JournalRecord =
  | {
      readonly kind: "prepared";
      readonly attemptId: string;
      readonly programs: Readonly<Record<string, Program>>;
    }
  | { readonly kind: "started"; readonly attemptId: string; readonly at: number }
  | {
      readonly kind: "stopped";
      readonly attemptId: string;
      readonly at: number;
      readonly graceSeconds: number;
    }
  | { readonly kind: "removed"; readonly attemptId: string };

interface Waiter {
  /** Undefined: any. */
  readonly attemptId: string | undefined;
  readonly wake: () => void;
}

/** What other servers append is noticed within this. */
const LOOK_MILLISECONDS = 50;
/** Timers take no more than some days. */
const MOST_MILLISECONDS = 60_000;

/**
 * What was asked of the dummy engine, as lines of one file that only grows. Several servers share it, since a short line
 * that is appended arrives whole; of equal requests the first in the file counts. Who looks reads only what is new.
 */
export class Journal {
  readonly #path: string;
  readonly #lives = new Map<string, Life>();
  readonly #starts = new Map<string, number>();
  #bytesRead = 0;
  #file: Promise<void> | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** A read that has not begun: it serves all who ask until it does. */
  #next: Promise<void> | undefined;
  readonly #waiting = new Set<Waiter>();
  /** One for all who wait, however many they are. */
  #looking: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async append(record: JournalRecord): Promise<void> {
    await this.#makeFile();
    await appendFile(this.#path, `${JSON.stringify(record)}\n`);
    await this.read();
  }

  /**
   * Until the time, until something was appended about this attempt, or anything at all where none is named, since `seen`
   * bytes were read; or until the signal.
   */
  wait(
    { attemptId, seen, until }: { attemptId?: string; seen: number; until: number },
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#bytesRead !== seen || signal.aborted) return Promise.resolve();
    const milliseconds = Math.min(MOST_MILLISECONDS, Math.max(1, until - Date.now()));
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        this.#lookAround();
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const waiter = { attemptId, wake };
      const timer = setTimeout(wake, milliseconds);
      this.#waiting.add(waiter);
      this.#lookAround();
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Everything that was appended before the call. */
  async read(): Promise<ReadonlyMap<string, Life>> {
    this.#next ??= this.#turn.then(() => {
      this.#next = undefined;
      return this.#readNew();
    });
    const mine = this.#next;
    this.#turn = mine.catch(() => {});
    await mine;
    return this.#lives;
  }

  /** How often each attempt really began, also what was removed since. */
  async starts(): Promise<ReadonlyMap<string, number>> {
    await this.read();
    return this.#starts;
  }

  /** Grows with what was read. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** As long as anybody waits. */
  #lookAround(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
      return;
    }
    this.#looking ??= setInterval(() => {
      this.read().catch(() => {});
    }, LOOK_MILLISECONDS);
  }

  #makeFile(): Promise<void> {
    this.#file ??= this.#makeEmpty();
    return this.#file;
  }

  async #makeEmpty(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await appendFile(this.#path, "");
  }

  /** Whole lines only: the rest is somebody's writing that is under way. */
  async #readNew(): Promise<void> {
    await this.#makeFile();
    const { size } = await stat(this.#path);
    if (size <= this.#bytesRead) return;
    const file = await open(this.#path, "r");
    try {
      const bytes = Buffer.alloc(size - this.#bytesRead);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#bytesRead);
      const whole = bytes.subarray(0, bytes.lastIndexOf("\n", bytesRead - 1) + 1);
      this.#bytesRead += whole.length;
      this.#applyAll(
        whole
          .toString()
          .split("\n")
          .slice(0, -1)
          .map((line): JournalRecord => JSON.parse(line)),
      );
    } finally {
      await file.close();
    }
  }

  #applyAll(records: readonly JournalRecord[]): void {
    for (const record of records) this.#apply(record);
    const concerned = new Set(records.map(({ attemptId }) => attemptId));
    for (const { attemptId, wake } of this.#waiting)
      if (records.length > 0 && (attemptId === undefined || concerned.has(attemptId))) wake();
  }

  #apply(record: JournalRecord): void {
    const { attemptId } = record;
    const life = this.#lives.get(attemptId);
    switch (record.kind) {
      case "prepared":
        if (life === undefined)
          this.#lives.set(attemptId, {
            programs: record.programs,
            startedAt: undefined,
            stops: [],
          });
        return;
      case "started":
        if (life === undefined || life.startedAt !== undefined) return;
        this.#lives.set(attemptId, { ...life, startedAt: record.at });
        this.#starts.set(attemptId, (this.#starts.get(attemptId) ?? 0) + 1);
        return;
      case "stopped":
        if (life !== undefined)
          this.#lives.set(attemptId, { ...life, stops: [...life.stops, record] });
        return;
      case "removed":
        this.#lives.delete(attemptId);
    }
  }
}
