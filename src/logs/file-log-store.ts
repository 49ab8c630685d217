import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { LogIndex, LogKey, LogRecord, LogStore, LogWriter } from "../core/log-store.ts";
import { FileLogWriter, type WriterSurroundings } from "./file-log-writer.ts";
import { follow } from "./follow.ts";
import { LiveLogs } from "./live-logs.ts";
import { SealedLogWriter } from "./sealed-log-writer.ts";
import { readBytes } from "./segments.ts";
import { tailOffset } from "./tail-offset.ts";

const gibibyte = 1024 ** 3;

/** Logs as files on a disk that all servers share; what counts of them is what their rows tell. */
export class FileLogStore implements LogStore {
  readonly #folder: string;
  readonly #index: LogIndex;
  readonly #live = new LiveLogs();
  readonly #surroundings: WriterSurroundings;
  readonly #looks = new Map<string, Promise<LogRecord | undefined>>();

  /** Of a longer log than `capBytes`, the last sixteenth is its end and the rest its beginning. */
  constructor({
    folder,
    index,
    capBytes = gibibyte,
  }: {
    readonly folder: string;
    readonly index: LogIndex;
    readonly capBytes?: number | undefined;
  }) {
    this.#folder = folder;
    this.#index = index;
    const tailBytes = Math.ceil(capBytes / 16);
    const headBytes = capBytes - tailBytes;
    this.#surroundings = { folder, index, live: this.#live, headBytes, tailBytes };
  }

  async open(key: LogKey, secrets: readonly string[]): Promise<LogWriter> {
    const record = await this.#index.open(key);
    return record.sealed
      ? new SealedLogWriter(record)
      : FileLogWriter.open(this.#surroundings, record, secrets);
  }

  find(key: LogKey): Promise<LogRecord | undefined> {
    return this.#index.find(key);
  }

  read(
    record: LogRecord,
    { start, end }: { readonly start: number; readonly end: number },
  ): AsyncIterable<Uint8Array> {
    return readBytes(this.#folder, record, { start, end: Math.min(end, record.stored) });
  }

  follow(record: LogRecord, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const look = (id: string) => this.#look(id);
    return follow({ folder: this.#folder, live: this.#live, look }, record, offset, signal);
  }

  tailOffset(record: LogRecord, lines: number): Promise<number> {
    return tailOffset(this.#folder, record, lines);
  }

  async remove(experimentId: string): Promise<void> {
    await rm(join(this.#folder, experimentId), { recursive: true, force: true });
  }

  /** However many follow a log, it is asked for once at a time. */
  #look(id: string): Promise<LogRecord | undefined> {
    const look = this.#looks.get(id) ?? this.#index.get(id).finally(() => this.#looks.delete(id));
    this.#looks.set(id, look);
    return look;
  }
}
