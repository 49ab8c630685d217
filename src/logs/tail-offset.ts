import type { LogRecord } from "../core/log-store.ts";
import { readBytes } from "./segments.ts";

const newline = 0x0a;
const smallestBlock = 64 * 1024;
const largestBlock = 4 * 1024 * 1024;

/** Where the last `lines` lines begin, read from the end. A newline at the very end begins no further line. */
export async function tailOffset(
  folder: string,
  record: LogRecord,
  lines: number,
): Promise<number> {
  if (lines <= 0) return record.stored;
  let missing = lines;
  let blockBytes = smallestBlock;
  for (let end = record.stored - 1; end > 0;) {
    const start = Math.max(0, end - blockBytes);
    const block = await readWhole(folder, record, { start, end });
    for (let at = block.lastIndexOf(newline); at !== -1;) {
      missing -= 1;
      if (missing === 0) return start + at + 1;
      at = at === 0 ? -1 : block.lastIndexOf(newline, at - 1);
    }
    end = start;
    blockBytes = Math.min(2 * blockBytes, largestBlock);
  }
  return 0;
}

async function readWhole(...args: Parameters<typeof readBytes>): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  for await (const block of readBytes(...args)) blocks.push(block);
  return Buffer.concat(blocks);
}
