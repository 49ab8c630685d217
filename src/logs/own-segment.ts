import { type FileHandle, mkdir, open } from "node:fs/promises";

import type { LogRecord } from "../core/log-store.ts";
import { intactBytes, logFolder, removeLeftovers, segmentPath } from "./segments.ts";
import { writeAll } from "./write-all.ts";

/** The file of one writer, made with its first byte. */
export class OwnSegment {
  readonly #path: string;
  readonly #start: number;
  #file: FileHandle | undefined;

  private constructor(path: string, start: number) {
    this.#path = path;
    this.#start = start;
  }

  /** Begins where what is stored ends, or, after a power cut, where what is on the disk does. */
  static async begin(root: string, record: LogRecord): Promise<OwnSegment> {
    const folder = logFolder(root, record);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeLeftovers(root, record);
    const start = await intactBytes(root, record);
    const segment = new OwnSegment(segmentPath(folder, record.writerToken, start), start);
    await segment.#fill(record.stored - start);
    return segment;
  }

  /** `offset` is the log's. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    if (bytes.length === 0) return;
    this.#file ??= await open(this.#path, "w", 0o600);
    await writeAll(this.#file, bytes, offset - this.#start);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Offsets are promised to readers, so what was lost is made up for in length. */
  async #fill(length: number): Promise<void> {
    const said = Buffer.from(`\n[${length} bytes of this log were lost in a power cut]`);
    await this.write(said.subarray(0, length), this.#start);
    const block = Buffer.alloc(64 * 1024, " ");
    for (let at = said.length; at < length; at += block.length)
      await this.write(block.subarray(0, length - at), this.#start + at);
    if (length > 0) await this.write(Buffer.from("\n"), this.#start + length - 1);
  }
}
