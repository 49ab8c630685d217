/** Text, and the byte offset behind it. */
export interface TextPiece {
  readonly text: string;
  readonly end: number;
}

/** Bytes from `offset` on as text, cut between characters; what is no UTF-8 becomes U+FFFD. */
export async function* utf8Pieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  offset: number,
): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let end = offset;
  let held = Buffer.alloc(0);
  for await (const bytes of source) {
    const all = Buffer.concat([held, bytes]);
    const whole = all.length - unfinished(all);
    held = all.subarray(whole);
    for (let start = 0; start < whole;) {
      const stop =
        start + LARGEST < whole
          ? start + LARGEST - unfinished(all.subarray(start, start + LARGEST))
          : whole;
      end += stop - start;
      yield { text: decoder.decode(all.subarray(start, stop)), end };
      start = stop;
    }
  }
  if (held.length > 0) yield { text: decoder.decode(held), end: end + held.length };
}

const LARGEST = 64 * 1024;

/** How many bytes at the end begin a character whose rest may still come. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

/** Bytes of a character that begins with this one; 1 for what begins none. */
function lengthOf(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
}
