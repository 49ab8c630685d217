import type { LogPiece } from "../../core/engine.ts";

const HEADER_BYTES = 8;

/**
 * Docker's frames (stream, three zeros, length, payload) as pieces. What has arrived of a frame is given at once: progress
 * bars are live, and nothing is held back but headers.
 */
export async function* demultiplex(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<LogPiece, void, undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let payloadBytes = 0;
  for await (const chunk of chunks) {
    const pieces = new Pieces();
    for (let at = 0; at < chunk.length;) {
      if (payloadBytes === 0) {
        const part = chunk.subarray(at, at + HEADER_BYTES - headerBytes);
        header.set(part, headerBytes);
        headerBytes += part.length;
        at += part.length;
        if (headerBytes < HEADER_BYTES) break;
        headerBytes = 0;
        payloadBytes = header.readUInt32BE(4);
        continue;
      }
      const part = chunk.subarray(at, at + payloadBytes);
      pieces.add(streamOf(header, part), part);
      payloadBytes -= part.length;
      at += part.length;
    }
    yield* pieces.all();
  }
}

/** Neighbours of one stream become one piece: a chunk holds hundreds of short lines, each in its own frame. */
class Pieces {
  readonly #runs: { readonly stream: LogPiece["stream"]; readonly parts: Uint8Array[] }[] = [];

  add(stream: LogPiece["stream"], part: Uint8Array): void {
    const last = this.#runs.at(-1);
    if (last?.stream === stream) last.parts.push(part);
    else this.#runs.push({ stream, parts: [part] });
  }

  all(): readonly LogPiece[] {
    return this.#runs.map(({ stream, parts }) => ({ stream, bytes: Buffer.concat(parts) }));
  }
}

function streamOf(header: Buffer, payload: Uint8Array): LogPiece["stream"] {
  const kind = header[0];
  if (kind === 1) return "stdout";
  if (kind === 2) return "stderr";
  // Docker reports what fails within a stream as a frame of a third kind.
  throw new Error(`Docker could not read the log: ${Buffer.from(payload).toString().trim()}`);
}
