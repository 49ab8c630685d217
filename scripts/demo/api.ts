import type { z } from "zod";

import { readEvents, type ServerSentEvent } from "./server-sent-events.ts";

export interface Call {
  readonly method?: "GET" | "POST";
  readonly body?: object;
}

/** The HTTP API, as anybody's script would call it. */
export class Api {
  readonly #url: string;
  readonly #token: string;
  readonly #signal: AbortSignal;

  constructor(url: string, token: string, signal: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#signal = signal;
  }

  /** The same with another end to its patience. */
  until(signal: AbortSignal): Api {
    return new Api(this.#url, this.#token, signal);
  }

  async call<T>(path: string, schema: z.ZodType<T>, call: Call = {}): Promise<T> {
    const response = await accepted(await this.#fetch(path, call));
    return schema.parse(await response.json());
  }

  /** undefined where there is nothing of that name. */
  async find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const response = await this.#fetch(path, {});
    if (response.status === 404) return undefined;
    return schema.parse(await (await accepted(response)).json());
  }

  async *events(path: string): AsyncGenerator<ServerSentEvent> {
    const { body } = await accepted(await this.#fetch(path, {}, "text/event-stream"));
    if (body !== null) yield* readEvents(body);
  }

  #fetch(
    path: string,
    { method = "GET", body }: Call,
    accept = "application/json",
  ): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: {
        Accept: accept,
        Authorization: `Bearer ${this.#token}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: this.#signal,
    });
  }
}

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}
