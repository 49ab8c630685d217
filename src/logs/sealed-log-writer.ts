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

  async write({ stream, bytes, origin }: Parameters<LogWriter["write"]>[0]): Promise<void> {
    const stood = this.#position;
    const at = origin === undefined ? stood : { stdout: 0, stderr: 0, origin };
    this.#position = { ...at, [stream]: at[stream] + bytes.length };
  }

  async seal(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    return { bytes: this.record.stored, sha256: this.record.sha256 ?? "" };
  }

  async close(): Promise<void> {}
}
