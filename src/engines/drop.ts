import type { LogPiece } from "../core/engine.ts";

/** Leaves out the first bytes of each stream. */
export async function* drop(
  pieces: AsyncIterable<LogPiece>,
  skip: { readonly stdout: number; readonly stderr: number },
): AsyncGenerator<LogPiece, void, undefined> {
  const left = { ...skip };
  for await (const { stream, bytes } of pieces) {
    const dropped = Math.min(left[stream], bytes.length);
    left[stream] -= dropped;
    if (dropped < bytes.length) yield { stream, bytes: bytes.subarray(dropped) };
  }
}
