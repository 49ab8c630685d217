import type { Request } from "express";

import { HttpError } from "./errors.ts";

/** GitHub sends at most this much. */
const LARGEST_BYTES = 25_000_000;
/** Room for so many bodies of the largest size at one time, or many more small ones. */
const ROOM_BYTES = 8 * LARGEST_BYTES;
const DEADLINE_MS = 30_000;

/** Reads bodies before anybody knows whom they are from: bounded one by one, all together, and in time. */
export class WebhookBodies {
  #taken = 0;

  /** The room is given back when `use` is done with the body. */
  async read<T>(request: Request, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    const declared = request.headers["content-length"];
    const size = declared === undefined ? LARGEST_BYTES : Number(declared);
    if (size > LARGEST_BYTES) throw tooLarge();
    if (this.#taken + size > ROOM_BYTES)
      throw new HttpError(503, "Too many deliveries arrive at this moment. Send it again soon.");
    this.#taken += size;
    try {
      return await use(await readAll(request));
    } finally {
      this.#taken -= size;
    }
  }
}

async function readAll(request: Request): Promise<Uint8Array> {
  const deadline = setTimeout(() => request.destroy(), DEADLINE_MS);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    // Left open when it is too large: the sender still has to get the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > LARGEST_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(deadline);
  }
}

const tooLarge = (): HttpError => new HttpError(413, "A delivery may have 25 MB at most.");
