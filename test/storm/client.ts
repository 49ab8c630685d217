import { setTimeout as sleep } from "node:timers/promises";

import type { Fleet } from "./fleet.ts";

export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the body is what the API answers
  readonly body: any;
}

const PATIENCE_MILLISECONDS = 4000;
const PAUSE_MILLISECONDS = 50;

/** Somebody who asks until he is answered, each time another server. */
export class Client {
  readonly #fleet: Fleet;
  readonly #signal: AbortSignal;
  #turn = 0;
  /** How often a server did not answer, or answered that it cannot now. */
  retries = 0;

  constructor(fleet: Fleet, signal: AbortSignal) {
    this.#fleet = fleet;
    this.#signal = signal;
  }

  /** Until it is answered; whoever calls knows that what was asked may have happened several times. */
  async ask(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
    method: "POST" | "PUT" = "POST",
  ): Promise<Answer> {
    for (;;) {
      this.#signal.throwIfAborted();
      const answer = await this.#once(method, path, body, headers);
      if (answer !== undefined && answer.status < 500) return answer;
      this.retries += 1;
      await sleep(PAUSE_MILLISECONDS);
    }
  }

  async #once(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer | undefined> {
    const { ready } = this.#fleet;
    this.#turn += 1;
    const at = ready[this.#turn % ready.length]?.at;
    if (at === undefined) return undefined;
    try {
      const response = await fetch(`${at.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${at.token}`,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      });
      return { status: response.status, body: JSON.parse((await response.text()) || "{}") };
    } catch {
      return undefined;
    }
  }
}
