import { randomUUID } from "node:crypto";

import type { LogIndex, LogKey, LogRecord } from "../../src/core/log-store.ts";

/** The rows of logs without a database, for tests of what lies on the disk. Several stores may share it, as servers do. */
export class MemoryLogIndex implements LogIndex {
  readonly #rows = new Map<string, LogRecord>();

  async open(key: LogKey): Promise<LogRecord> {
    const row = (await this.find(key)) ?? newRow(key);
    return this.#keep(row.sealed ? row : { ...row, writerToken: row.writerToken + 1 });
  }

  async find(key: LogKey): Promise<LogRecord | undefined> {
    return [...this.#rows.values()].find((row) => nameOf(row) === nameOf(key));
  }

  async get(id: string): Promise<LogRecord | undefined> {
    return this.#rows.get(id);
  }

  async ofExperiment(experimentId: string): Promise<readonly LogRecord[]> {
    return [...this.#rows.values()].filter((row) => row.experimentId === experimentId);
  }

  async advance(
    id: string,
    writerToken: number,
    { stored, raw, held }: Parameters<LogIndex["advance"]>[2],
  ): Promise<boolean> {
    return this.#change(id, writerToken, { stored, raw, held });
  }

  async seal(
    id: string,
    writerToken: number,
    { stored, sha256 }: Parameters<LogIndex["seal"]>[2],
  ): Promise<boolean> {
    return this.#change(id, writerToken, {
      stored,
      sha256,
      sealed: true,
      held: { stdout: "", stderr: "" },
    });
  }

  #change(id: string, writerToken: number, change: Partial<LogRecord>): boolean {
    const row = this.#rows.get(id);
    if (row === undefined || row.sealed || row.writerToken !== writerToken) return false;
    this.#keep({ ...row, ...change });
    return true;
  }

  #keep(row: LogRecord): LogRecord {
    this.#rows.set(row.id, row);
    return row;
  }
}

const newRow = (key: LogKey): LogRecord => ({
  ...key,
  id: randomUUID(),
  stored: 0,
  raw: { stdout: 0, stderr: 0 },
  held: { stdout: "", stderr: "" },
  sealed: false,
  sha256: undefined,
  writerToken: 0,
});

const nameOf = ({ experimentId, step, runId, attempt, replica }: LogKey) =>
  JSON.stringify([experimentId, step, runId ?? null, attempt ?? null, replica ?? null]);
