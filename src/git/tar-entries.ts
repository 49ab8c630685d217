const BLOCK = 512;
/** Larger entries pass unseen; pax headers are far smaller. */
const MAX_VISITED_BYTES = 64 * 1024;

export const END_OF_TAR = new Uint8Array(2 * BLOCK);

export interface SmallFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Passes a tar on as it is but for its end (so that another may follow), and shows its regular files of at most
 * `maxBytes`. By hand, because unpacking and packing again with tar-stream takes ten times as long as git archive.
 */
export async function* tarEntries(
  tar: AsyncIterable<Buffer>,
  { maxBytes, visit }: { maxBytes: number; visit: (file: SmallFile) => void },
): AsyncGenerator<Uint8Array> {
  let carried: Buffer = Buffer.alloc(0);
  let left = 0;
  let kept: { header: Header; chunks: Buffer[] } | undefined;
  let longName: string | undefined;
  let ended = false;

  for await (const read of tar) {
    if (ended) continue;
    const chunk = carried.length === 0 ? read : Buffer.concat([carried, read]);
    let at = 0;
    while (at < chunk.length && !ended) {
      if (left === 0) {
        if (chunk.length - at < BLOCK) break;
        const header = parseHeader(chunk.subarray(at, at + BLOCK));
        if (header === undefined) {
          ended = true;
          break;
        }
        at += BLOCK;
        left = Math.ceil(header.size / BLOCK) * BLOCK;
        const wanted =
          header.type === "x"
            ? header.size <= MAX_VISITED_BYTES
            : header.type === "0" && header.size <= maxBytes;
        kept = wanted ? { header, chunks: [] } : undefined;
      }
      const taken = chunk.subarray(at, at + left);
      at += taken.length;
      left -= taken.length;
      kept?.chunks.push(taken);
      if (left > 0) continue;
      const bytes = kept && Buffer.concat(kept.chunks).subarray(0, kept.header.size);
      if (kept?.header.type === "x" && bytes) {
        longName = paxPath(bytes);
        continue;
      }
      if (kept && bytes) visit({ name: longName ?? kept.header.name, bytes });
      longName = undefined;
    }
    carried = ended ? Buffer.alloc(0) : chunk.subarray(at);
    if (at > 0) yield chunk.subarray(0, at);
  }
}

interface Header {
  readonly name: string;
  readonly size: number;
  /** 0: a regular file, x: a pax header for the next entry. */
  readonly type: string;
}

/** undefined: a block of zeros, which ends the archive. */
function parseHeader(block: Buffer): Header | undefined {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return undefined;
  const text = (from: number, length: number): string =>
    block
      .subarray(from, from + length)
      .toString("utf8")
      .replace(/\0.*$/s, "");
  const prefix = text(345, 155);
  const name = text(0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: fileSize(block.subarray(124, 136)),
    type: String.fromCodePoint(block[156] ?? 0),
  };
}

/** Octal digits, or for 8 GiB and more base 256 with the first bit set. */
function fileSize(field: Buffer): number {
  const first = field[0] ?? 0;
  if (first < 0x80) return Number.parseInt(field.toString("latin1").trim(), 8) || 0;
  return field.subarray(1).reduce((size, byte) => size * 256 + byte, first & 0x7f);
}

/** Records are `<length> <key>=<value>\n`. */
function paxPath(records: Buffer): string | undefined {
  for (let at = 0; at < records.length;) {
    const length = Number.parseInt(records.toString("latin1", at, at + 12), 10);
    if (!(length > 0)) return undefined;
    const record = records.toString("utf8", at, at + length - 1);
    const path = /^\d+ path=(?<path>.*)$/s.exec(record)?.groups?.["path"];
    if (path !== undefined) return path;
    at += length;
  }
  return undefined;
}
