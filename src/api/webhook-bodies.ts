import type { IncomingMessage } from "node:http";

import { HttpError } from "./errors.ts";

/** GitHub sends at most this much. */
const LARGEST_BYTES = 25_000_000;
const DEADLINE_MS = 30_000;

/** Reads bodies before anybody knows whom they are from: bounded each, all together, and in time. */
export class WebhookBodies {
  readonly #roomBytes: number;
  #taken = 0;

  /** What arrived counts, not what was announced: idle connections keep nobody out. */
  constructor(roomBytes = 8 * LARGEST_BYTES) {
    this.#roomBytes = roomBytes;
  }

  /** The room is given back when `use` is done with the body. */
  async read<T>(request: IncomingMessage, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    if (Number(request.headers["content-length"] ?? 0) > LARGEST_BYTES) throw tooLarge();
    const deadline = setTimeout(() => request.destroy(), DEADLINE_MS);
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      // Left open when it is refused: the sender still has to get the answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        size += chunk.length;
        this.#taken += chunk.length;
        if (size > LARGEST_BYTES) throw tooLarge();
        if (this.#taken > this.#roomBytes) throw tooMany();
        chunks.push(chunk);
      }
      clearTimeout(deadline);
      return await use(Buffer.concat(chunks));
    } finally {
      clearTimeout(deadline);
      this.#taken -= size;
    }
  }
}

const tooLarge = (): HttpError => new HttpError(413, "A delivery may have 25 MB at most.");

const tooMany = (): HttpError =>
  new HttpError(503, "Too many deliveries arrive at this moment. Send it again soon.");
