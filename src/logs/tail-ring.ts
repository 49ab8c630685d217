import { type FileHandle, open, rm } from "node:fs/promises";

import { writeAll } from "./write-all.ts";

const blockBytes = 256 * 1024;

/** The last bytes of a stream of any length, in a file that is no larger than its capacity. */
export class TailRing {
  readonly #path: string;
  readonly #capacity: number;
  #file: FileHandle | undefined;
  #total = 0;

  constructor(path: string, capacity: number) {
    this.#path = path;
    this.#capacity = capacity;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#file ??= await open(this.#path, "w+", 0o600);
    for (let at = 0; at < bytes.length;) {
      const position = this.#total % this.#capacity;
      const part = bytes.subarray(at, at + this.#capacity - position);
      await writeAll(this.#file, part, position);
      this.#total += part.length;
      at += part.length;
    }
  }

  /** What is kept, in order; where that is not all, after a line that says how much is missing. */
  async *read(): AsyncGenerator<Uint8Array> {
    const leftOut = Math.max(0, this.#total - this.#capacity);
    if (leftOut > 0) yield leftOutLine(leftOut);
    if (this.#file === undefined) return;
    for (let at = leftOut; at < this.#total;) {
      const position = at % this.#capacity;
      const length = Math.min(blockBytes, this.#capacity - position, this.#total - at);
      const block = Buffer.allocUnsafe(length);
      const { bytesRead } = await this.#file.read(block, 0, length, position);
      yield block.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await rm(this.#path, { force: true });
  }
}

const leftOutLine = (bytes: number) =>
  Buffer.from(
    `\n[${bytes} bytes were left out here: of a longer log, its beginning and its end are kept]\n`,
  );
