import type { LogPiece } from "../core/engine.ts";
import type { LogRecord } from "../core/log-store.ts";
import { createMasker } from "../core/masking.ts";

type Progress = Pick<LogRecord, "raw" | "held">;

export interface Batch extends Progress {
  /** What is appended to the log. */
  readonly head: Uint8Array;
  /** What comes behind the log's limit: kept aside. */
  readonly tail: Uint8Array;
}

/** Masked and counted in such slices, so that the head ends near its limit whatever the pieces' size. */
const sliceBytes = 64 * 1024;

/**
 * Masks what comes and gathers it into batches. Once the head is full, everything goes to the tail, and the progress
 * stays where the head ended: after a crash the source is asked again from there.
 */
export class Intake {
  readonly #maskers;
  #raw: { stdout: number; stderr: number; origin?: string | undefined };
  readonly #headLimit: number;
  #headBytes: number;
  #atHeadsEnd: Progress | undefined;
  #head: Uint8Array[] = [];
  #tail: Uint8Array[] = [];
  #pendingBytes = 0;
  #hasNews = false;

  constructor(
    { stored, raw, held }: Pick<LogRecord, "stored" | "raw" | "held">,
    secrets: readonly string[],
    headLimit: number,
  ) {
    this.#maskers = {
      stdout: createMasker(secrets, Buffer.from(held.stdout, "base64")),
      stderr: createMasker(secrets, Buffer.from(held.stderr, "base64")),
    };
    this.#raw = { ...raw };
    this.#headBytes = stored;
    this.#headLimit = headLimit;
  }

  /** What was taken so far. */
  get position(): LogRecord["raw"] {
    return { ...this.#raw };
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether there is anything to write or to tell. */
  get hasNews(): boolean {
    return this.#hasNews;
  }

  take({ stream, bytes, origin }: LogPiece): void {
    if (origin !== undefined) this.#begin(origin);
    const masker = this.#maskers[stream];
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      const slice = bytes.subarray(at, at + sliceBytes);
      this.#makeRoom(masker.held.length + slice.length);
      this.#raw[stream] += slice.length;
      this.#add(masker.push(slice));
    }
  }

  #begin(origin: string): void {
    const isAnother = this.#raw.origin !== undefined && this.#raw.origin !== origin;
    this.#raw = isAnother ? { stdout: 0, stderr: 0, origin } : { ...this.#raw, origin };
    this.#hasNews = true;
  }

  /** The source has ended: shows what is held back. */
  end(): void {
    const { stdout, stderr } = this.#maskers;
    this.#makeRoom(stdout.held.length + stderr.held.length);
    this.#add(stdout.flush());
    this.#add(stderr.flush());
  }

  /** Everything that was gathered since the last batch. */
  batch(): Batch {
    const batch = { head: joined(this.#head), tail: joined(this.#tail), ...this.#progress() };
    this.#head = [];
    this.#tail = [];
    this.#pendingBytes = 0;
    this.#hasNews = false;
    return batch;
  }

  /** Masking makes nothing longer, so what fits before it fits after it. */
  #makeRoom(bytes: number): void {
    if (this.#headBytes + bytes > this.#headLimit) this.#atHeadsEnd ??= this.#progress();
  }

  #add(masked: Uint8Array): void {
    this.#hasNews = true;
    this.#pendingBytes += masked.length;
    if (this.#atHeadsEnd !== undefined) {
      this.#tail.push(masked);
      return;
    }
    this.#headBytes += masked.length;
    this.#head.push(masked);
  }

  #progress(): Progress {
    const { stdout, stderr } = this.#maskers;
    return (
      this.#atHeadsEnd ?? {
        raw: this.position,
        held: { stdout: base64(stdout.held), stderr: base64(stderr.held) },
      }
    );
  }
}

const base64 = (bytes: Uint8Array) =>
  bytes.length === 0 ? "" : Buffer.from(bytes).toString("base64");

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
}
