import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Request, Response } from "express";

import { HttpError } from "./errors.ts";

/** A part of something that has `size` bytes; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The part that a Range header asks for; undefined for all of it. Several ranges at once are answered with all. */
export function rangeOf(request: Request, size: number): ByteRange | undefined {
  const ranges = request.range(size);
  if (ranges === -1) throw beyondEnd(size);
  if (ranges === undefined || ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1)
    return undefined;
  const [range] = ranges;
  return range && { start: range.start, end: range.end + 1 };
}

export function beyondEnd(size: number): HttpError {
  return new HttpError(416, `It has ${size} bytes.`, { "Content-Range": `bytes */${size}` });
}

/** Sends a part (206) or all (200). A client that leaves is no error. */
export async function sendBytes(
  request: Request,
  response: Response,
  content: {
    readonly size: number;
    readonly range: ByteRange | undefined;
    readonly open: (range: ByteRange) => AsyncIterable<Uint8Array>;
  },
): Promise<void> {
  const { size, range, open } = content;
  const { start, end } = range ?? { start: 0, end: size };
  response.set({ "Accept-Ranges": "bytes", "Content-Length": String(end - start) });
  if (range !== undefined) {
    response.status(206);
    response.set("Content-Range", `bytes ${start}-${end - 1}/${size}`);
  }
  if (request.method === "HEAD" || start === end) {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(open({ start, end }), { objectMode: false }), response);
  } catch (error) {
    if (!request.socket.destroyed) throw error;
  }
}
