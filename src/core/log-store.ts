import type { LogPiece, LogPosition } from "./engine.ts";
import type { Step } from "./experiment.ts";

/** Which log: one per step, and in Running one per run, attempt and replica. */
export interface LogKey {
  readonly experimentId: string;
  readonly step: Step;
  readonly runId?: string | undefined;
  readonly attempt?: number | undefined;
  readonly replica?: string | undefined;
}

/** A log as its row tells: readers and followers see only what the row says. */
export interface LogRecord extends LogKey {
  readonly id: string;
  /** Bytes that readers may see. */
  readonly stored: number;
  /** What is behind what is stored: where the engine is asked to go on. */
  readonly raw: LogPosition;
  /** What the masker holds back at that point, base64 per stream. */
  readonly held: { readonly stdout: string; readonly stderr: string };
  readonly sealed: boolean;
  /** Hex; set when sealed. */
  readonly sha256: string | undefined;
  /** Grows with each opening: only the newest writer may write. */
  readonly writerToken: number;
}

/** The rows behind the logs. */
export interface LogIndex {
  /** Finds or makes the row and takes it over: the writer token grows. A sealed one keeps its token. */
  open(key: LogKey): Promise<LogRecord>;
  find(key: LogKey): Promise<LogRecord | undefined>;
  get(id: string): Promise<LogRecord | undefined>;
  ofExperiment(experimentId: string): Promise<readonly LogRecord[]>;
  /** Answers false where another writer took over or it is sealed. */
  advance(
    id: string,
    writerToken: number,
    to: Pick<LogRecord, "stored" | "raw" | "held">,
  ): Promise<boolean>;
  seal(
    id: string,
    writerToken: number,
    to: { readonly stored: number; readonly sha256: string },
  ): Promise<boolean>;
}

export interface LogWriter {
  readonly record: LogRecord;
  /** Where a source is to go on. */
  readonly position: LogPosition;
  /**
   * Masks, appends, and makes it visible within 50 ms or 64 KiB. Where the piece tells another origin than before,
   * positions count from it. Throws LostLeaseError where another writer took over.
   */
  write(piece: LogPiece): Promise<void>;
  /** Writes what is held back and ends the log for good. */
  seal(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Lets go without ending it: the next opener goes on. */
  close(): Promise<void>;
}

export interface LogStore {
  /** Takes the log over; secrets are hidden from here on. Opening a sealed log gives a writer that drops everything. */
  open(key: LogKey, secrets: readonly string[]): Promise<LogWriter>;
  find(key: LogKey): Promise<LogRecord | undefined>;
  /** Bytes [start, end) of what is stored. */
  read(
    record: LogRecord,
    range: { readonly start: number; readonly end: number },
  ): AsyncIterable<Uint8Array>;
  /** Bytes from `offset` on as they come; ends when the log is sealed and all was given. */
  follow(record: LogRecord, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The byte offset at which the last `lines` lines begin. */
  tailOffset(record: LogRecord, lines: number): Promise<number>;
  /** Removes all logs of an experiment. */
  remove(experimentId: string): Promise<void>;
}
