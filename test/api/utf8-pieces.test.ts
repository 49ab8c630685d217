import { expect, test } from "@jest/globals";

import { type TextPiece, utf8Pieces } from "../../src/api/utf8-pieces.ts";

const text = "loss 0.25 ▁▃▅▆ é 漢字 🙂 \u{FEFF}end\n";
const encoder = new TextEncoder();

test("however a text is cut into chunks, it is whole again, and every id lies between two characters", async () => {
  const bytes = encoder.encode(text);
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = await all(utf8Pieces(cut(bytes, size), 0));

    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.at(-1)?.end).toBe(bytes.length);
    for (const { end } of pieces) expect(isBoundary(bytes, end)).toBe(true);
  }
});

test("a reader who goes on from any id has every character once", async () => {
  const bytes = encoder.encode(text);
  const pieces = await all(utf8Pieces(cut(bytes, 3), 0));

  let before = "";
  for (const piece of pieces) {
    before += piece.text;
    const rest = await all(utf8Pieces(cut(bytes.subarray(piece.end), 2), piece.end));
    expect(before + rest.map((each) => each.text).join("")).toBe(text);
  }
});

test("bytes that are no UTF-8 become U+FFFD, the same ones in whatever chunks they come", async () => {
  const bytes = Uint8Array.of(
    0x61,
    0xff,
    0xe2,
    0x28,
    0xf0,
    0x9f,
    0x62,
    0xc0,
    0x80,
    0xed,
    0xa0,
    0x80,
    0xe2,
    0x96,
  );
  const whole = new TextDecoder().decode(bytes);

  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = await all(utf8Pieces(cut(bytes, size), 7));
    expect(pieces.map((piece) => piece.text).join("")).toBe(whole);
    expect(pieces.at(-1)?.end).toBe(7 + bytes.length);
  }
});

test("a chunk of a megabyte comes in pieces of at most 64 KiB", async () => {
  const bytes = encoder.encode("漢".repeat(400_000));

  const pieces = await all(utf8Pieces([bytes], 0));

  expect(pieces.map((piece) => piece.text).join("")).toBe("漢".repeat(400_000));
  for (const piece of pieces) expect(encoder.encode(piece.text).length).toBeLessThanOrEqual(65_536);
});

async function all(pieces: AsyncIterable<TextPiece>): Promise<readonly TextPiece[]> {
  const found: TextPiece[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks = [];
  for (let start = 0; start < bytes.length; start += size)
    chunks.push(bytes.subarray(start, start + size));
  return chunks;
}

function isBoundary(bytes: Uint8Array, offset: number): boolean {
  return offset === bytes.length || ((bytes[offset] ?? 0) & 0xc0) !== 0x80;
}
