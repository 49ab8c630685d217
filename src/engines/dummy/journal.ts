import { appendFile, mkdir, open } from "node:fs/promises";
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

/**
 * What was asked of the dummy engine, as lines of one file that only grows. Several servers share it, since a short line
 * that is appended arrives whole; of equal requests the first in the file counts. Who looks reads only what is new.
 */
export class Journal {
  readonly #path: string;
  readonly #lives = new Map<string, Life>();
  readonly #starts = new Map<string, number>();
  #bytesRead = 0;
  #folder: Promise<unknown> | undefined;
  #turn: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<() => void>();

  constructor(path: string) {
    this.#path = path;
  }

  async append(record: JournalRecord): Promise<void> {
    await this.#makeFolder();
    await appendFile(this.#path, `${JSON.stringify(record)}\n`);
    for (const wake of this.#waiting) wake();
  }

  /** For so long, until this process appends something, or until the signal. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, signal.aborted ? 0 : milliseconds);
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Everything that was appended before the call. */
  async read(): Promise<ReadonlyMap<string, Life>> {
    const mine = this.#turn.then(() => this.#readNew());
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

  #makeFolder(): Promise<unknown> {
    this.#folder ??= mkdir(dirname(this.#path), { recursive: true });
    return this.#folder;
  }

  /** Whole lines only: the rest is somebody's writing that is under way. */
  async #readNew(): Promise<void> {
    await this.#makeFolder();
    const file = await open(this.#path, "a+");
    try {
      const { size } = await file.stat();
      if (size <= this.#bytesRead) return;
      const bytes = Buffer.alloc(size - this.#bytesRead);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#bytesRead);
      const whole = bytes.subarray(0, bytes.lastIndexOf("\n", bytesRead - 1) + 1);
      for (const line of whole.toString().split("\n").slice(0, -1)) this.#apply(JSON.parse(line));
      this.#bytesRead += whole.length;
    } finally {
      await file.close();
    }
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
