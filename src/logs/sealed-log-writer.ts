import type { LogRecord, LogWriter } from "../core/log-store.ts";

/** Of a log that has ended: whoever goes over its source once more changes nothing. */
export class SealedLogWriter implements LogWriter {
  readonly record: LogRecord;
  #position;

  constructor(record: LogRecord) {
    this.record = record;
    this.#position = record.raw;
  }

  get position(): LogRecord["raw"] {
    return this.#position;
  }

  async write({ stream, bytes }: Parameters<LogWriter["write"]>[0]): Promise<void> {
    this.#position = { ...this.#position, [stream]: this.#position[stream] + bytes.length };
  }

  async seal(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    return { bytes: this.record.stored, sha256: this.record.sha256 ?? "" };
  }

  async close(): Promise<void> {}
}
