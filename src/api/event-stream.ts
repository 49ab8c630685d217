import { once } from "node:events";

import type { Request, Response } from "express";

export interface StreamEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: object;
}

const PING_MS = 15_000;

/** Server-sent events on one response. A client that reads slowly slows the sender, and nothing piles up. */
export class EventStream {
  /** Aborts when the client leaves or the server stops. */
  readonly signal: AbortSignal;
  readonly #response: Response;
  readonly #ping: NodeJS.Timeout;

  constructor(request: Request, response: Response, stopping: AbortSignal) {
    this.#response = response;
    const left = new AbortController();
    this.signal = AbortSignal.any([left.signal, stopping]);
    this.#ping = setInterval(() => {
      if (!response.writableNeedDrain) response.write(": ping\n\n");
    }, PING_MS);
    response.once("close", () => {
      clearInterval(this.#ping);
      left.abort();
    });
    request.socket.setNoDelay(true);
    response.set({
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-cache, no-transform",
      "X-Accel-Buffering": "no",
      // Nothing is asked on this connection after the stream: a server that stops need not wait for it.
      Connection: "close",
    });
    response.flushHeaders();
  }

  /** Returns when the client is ready for more. */
  async send({ event, id, data }: StreamEvent): Promise<void> {
    if (this.signal.aborted) return;
    const lines = [
      ...(event === undefined ? [] : [`event: ${event}`]),
      ...(id === undefined ? [] : [`id: ${id}`]),
      `data: ${JSON.stringify(data)}`,
    ];
    if (this.#response.write(`${lines.join("\n")}\n\n`)) return;
    await once(this.#response, "drain", { signal: this.signal }).catch(() => undefined);
  }

  end(): void {
    clearInterval(this.#ping);
    this.#response.end();
  }
}

/** Runs what fills a stream; a client that left, or a server that stops, ends it without an error. */
export async function whileOpen(stream: EventStream, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!stream.signal.aborted) throw error;
  }
  stream.end();
}
