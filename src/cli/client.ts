import { setTimeout } from "node:timers/promises";

import type { z } from "zod";

import { Problem } from "../contract/problem.ts";
import type { Route } from "../contract/route.ts";
import { EXIT, Exit, failure, Refused } from "./exit.ts";
import { reasonOf } from "./reason.ts";

/** What a call sends, beside its route. */
export interface Request {
  /** The values of the path's names. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly json?: unknown;
  /** A body that is no JSON. */
  readonly body?: ReadableStream<Uint8Array> | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A server's HTTP API: the routes and the answers are the contract's. */
export class Client {
  readonly url: string;
  readonly #token: string;
  readonly #interrupted: AbortSignal;

  constructor(options: { url: string; token: string; interrupted: AbortSignal }) {
    this.url = options.url;
    this.#token = options.token;
    this.#interrupted = options.interrupted;
  }

  /** The answer, as its schema says. */
  async call<T>(route: Route, answer: z.ZodType<T>, request: Request = {}): Promise<T> {
    const response = await this.open(route, request);
    const text = await this.#reaching(response.text());
    const read = answer.safeParse(jsonOf(text));
    if (read.success) return read.data;
    throw failure(
      `The server answers ${route.path} otherwise than this assay expects. Are both of the same version?`,
    );
  }

  /** The response, where the server does not refuse. */
  async open(route: Route, request: Request = {}): Promise<Response> {
    const signals = [this.#interrupted, ...(request.signal === undefined ? [] : [request.signal])];
    const { json, body } = request;
    const response = await this.#reaching(
      fetch(this.#addressOf(route, request), {
        method: route.method.toUpperCase(),
        signal: AbortSignal.any(signals),
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(json !== undefined && { "content-type": "application/json" }),
          ...(body !== undefined && { "content-type": "application/octet-stream" }),
          ...request.headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body !== undefined && { body, duplex: "half" }),
      }),
    );
    if (response.ok) return response;
    throw refusal(response.status, await this.#reaching(response.text()));
  }

  /** What a response brings, as it comes. */
  async *bytes({ body }: Response): AsyncGenerator<Uint8Array> {
    const reader = body?.getReader();
    try {
      for (;;) {
        const piece = await this.#reaching(reader?.read() ?? END);
        if (piece.done) return;
        yield piece.value;
      }
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  }

  /** Waits, unless Ctrl-C ends the command first. */
  pause(milliseconds: number): Promise<void> {
    return this.#reaching(setTimeout(milliseconds, undefined, { signal: this.#interrupted }));
  }

  #addressOf({ path }: Route, request: Request): string {
    const filled = path
      .replaceAll(/\{\*(\w+)\}/g, (_, name: string) => encodedSegments(request.path?.[name] ?? ""))
      .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(request.path?.[name] ?? ""));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {}))
      for (const one of [value ?? []].flat()) query.append(name, String(one));
    return `${this.url}${filled}${query.size === 0 ? "" : `?${query.toString()}`}`;
  }

  /** A connection that fails, at its beginning or on its way. */
  async #reaching<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (this.#interrupted.aborted) throw new Exit(EXIT.interrupted, "", { cause: error });
      throw unreachable(this.url, error);
    }
  }
}

const END = Promise.resolve({ done: true, value: undefined } as const);

export function unreachable(url: string, error: unknown): Exit {
  return new Exit(
    EXIT.unreachable,
    `${url} does not answer: ${reasonOf(error)}. Does the server run, and is that its address? ASSAY_URL or assay login --url changes it.`,
    { cause: error },
  );
}

const encodedSegments = (key: string): string => key.split("/").map(encodeURIComponent).join("/");

/** Gateways answer these in the place of a server that is away. */
const AWAY = [502, 503, 504];

function refusal(status: number, text: string): Exit {
  const problem = Problem.safeParse(jsonOf(text));
  if (AWAY.includes(status))
    return new Exit(
      EXIT.unreachable,
      problem.data?.detail ?? `The server is away (${status}). Try again in a minute.`,
    );
  if (!problem.success)
    return failure(`The answer is ${status}, and not one of Assay's. Is this address a server's?`);
  const { detail, errors = [] } = problem.data;
  if (status === 401)
    return new Refused(
      status,
      "The server does not know this token. Run assay login, or set ASSAY_TOKEN.",
    );
  const more = errors.map(({ path, message }) => `  ${path}: ${message}`);
  return new Refused(status, errors.length < 2 ? detail : [detail, ...more].join("\n"));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
