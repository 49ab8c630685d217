import { join } from "node:path";

import type { LogPiece } from "../core/engine.ts";
import { DatabaseUnavailableError, LostLeaseError } from "../core/errors.ts";
import type { LogIndex, LogRecord, LogWriter } from "../core/log-store.ts";
import { Intake } from "./intake.ts";
import type { LiveLogs } from "./live-logs.ts";
import { Nudge } from "./nudge.ts";
import { OwnSegment } from "./own-segment.ts";
import { hashLog, syncLog } from "./seal.ts";
import { logFolder } from "./segments.ts";
import { TailRing } from "./tail-ring.ts";

/** A batch is due when it holds so much … */
const dueBytes = 64 * 1024;
/** … or so long after the one before: half of the 50 ms that are promised, as the row and the reader take time, too. */
const dueMilliseconds = 25;
/** A source that is faster than disk and database waits here. */
const mostPendingBytes = 1024 * 1024;
const retryMilliseconds = 250;

export interface WriterSurroundings {
  readonly folder: string;
  readonly index: LogIndex;
  readonly live: LiveLogs;
  /** What the log may hold before its tail is kept apart, and what is kept of the tail. */
  readonly headBytes: number;
  readonly tailBytes: number;
}

/**
 * Appends in batches: bytes to the file, then the row, which alone makes them count; then whoever follows is woken.
 * While one batch is on its way the next one gathers, so the row costs the less the faster the source is.
 */
export class FileLogWriter implements LogWriter {
  readonly #surroundings: WriterSurroundings;
  readonly #segment: OwnSegment;
  readonly #tail: TailRing;
  readonly #intake: Intake;
  readonly #nudge = new Nudge();
  readonly #leave: () => void;
  #record: LogRecord;
  #batch: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #writtenAt = 0;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    surroundings: WriterSurroundings,
    record: LogRecord,
    intake: Intake,
    segment: OwnSegment,
  ) {
    const { folder, tailBytes, live } = surroundings;
    this.#surroundings = surroundings;
    this.#record = record;
    this.#intake = intake;
    this.#segment = segment;
    const tailPath = join(logFolder(folder, record), `${record.writerToken}-tail.log`);
    this.#tail = new TailRing(tailPath, tailBytes);
    this.#leave = live.writes(record.id);
  }

  static async open(
    surroundings: WriterSurroundings,
    record: LogRecord,
    secrets: readonly string[],
  ): Promise<FileLogWriter> {
    const segment = await OwnSegment.begin(surroundings.folder, record);
    const intake = new Intake(record, secrets, surroundings.headBytes);
    return new FileLogWriter(surroundings, record, intake, segment);
  }

  get record(): LogRecord {
    return this.#record;
  }

  get position(): LogRecord["raw"] {
    return this.#intake.position;
  }

  async write(piece: LogPiece): Promise<void> {
    if (this.#isOver) throw new Error("This log's writer was let go: open the log again.");
    this.#throwFailure();
    this.#intake.take(piece);
    if (!this.#intake.hasNews) return;
    this.#running ??= this.#run();
    if (this.#intake.pendingBytes >= dueBytes) this.#nudge.now();
    while (this.#intake.pendingBytes >= mostPendingBytes) {
      this.#throwFailure();
      await this.#batch;
    }
  }

  /** May be asked again where it failed: by a new writer, after opening the log anew. */
  async seal(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    try {
      await this.#drain();
      this.#throwFailure();
      const bytes = await this.#writeEnd();
      const { folder, index, live } = this.#surroundings;
      await syncLog(folder, this.#record);
      const sha256 = await hashLog(folder, this.#record, bytes);
      const isSealed = await index.seal(this.#record.id, this.#record.writerToken, {
        stored: bytes,
        sha256,
      });
      if (!isSealed) throw overtaken();
      this.#record = { ...this.#record, stored: bytes, sha256, sealed: true };
      live.publish(this.#record);
      return { bytes, sha256 };
    } finally {
      await this.#release();
    }
  }

  async close(): Promise<void> {
    try {
      await this.#drain();
    } finally {
      await this.#release();
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#intake.hasNews) {
        this.#batch = this.#writeBatch();
        await this.#batch;
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#running = undefined;
    }
  }

  async #writeBatch(): Promise<void> {
    const due = this.#writtenAt + dueMilliseconds - performance.now();
    if (this.#intake.pendingBytes < dueBytes && !this.#isOver) await this.#nudge.pause(due);
    const { head, tail, raw, held } = this.#intake.batch();
    await this.#segment.write(head, this.#record.stored);
    await this.#tail.write(tail);
    const to = { stored: this.#record.stored + head.length, raw, held };
    if (!(await this.#advance(to))) throw overtaken();
    this.#writtenAt = performance.now();
    this.#record = { ...this.#record, ...to };
    if (head.length > 0) this.#surroundings.live.publish(this.#record);
  }

  /** While the database is away, the source waits; unless somebody waits for the end. */
  async #advance(to: Parameters<LogIndex["advance"]>[2]): Promise<boolean> {
    for (;;) {
      try {
        return await this.#surroundings.index.advance(
          this.#record.id,
          this.#record.writerToken,
          to,
        );
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError) || this.#isOver) throw error;
        await this.#nudge.pause(retryMilliseconds);
      }
    }
  }

  /** Behind what the row tells, where only sealing makes it count. Answers the log's length. */
  async #writeEnd(): Promise<number> {
    this.#intake.end();
    const { head, tail } = this.#intake.batch();
    await this.#tail.write(tail);
    await this.#segment.write(head, this.#record.stored);
    let at = this.#record.stored + head.length;
    for await (const bytes of this.#tail.read()) {
      await this.#segment.write(bytes, at);
      at += bytes.length;
    }
    return at;
  }

  async #drain(): Promise<void> {
    this.#isOver = true;
    this.#nudge.now();
    await this.#running;
  }

  async #release(): Promise<void> {
    this.#leave();
    await this.#segment.close();
    await this.#tail.remove();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

const overtaken = () => new LostLeaseError("Another writer has taken this log over.");
