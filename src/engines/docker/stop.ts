import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import type { Logger } from "../../core/logger.ts";
import { askUnless } from "./ask.ts";
import { statusOf, toEngineError } from "./errors.ts";

/** Within this a refusal comes; after it Docker has sent SIGTERM, and the rest is left to it. */
const ACCEPTED_AFTER_MILLISECONDS = 250;

/**
 * Stops containers without waiting for their grace: Docker has sent SIGTERM when the request is there, and sends SIGKILL
 * by itself. A program that is saving is not told again while the first request lasts.
 */
export class Stops {
  readonly #docker: Dockerode;
  readonly #log: Logger;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #closed = new AbortController();

  constructor(docker: Dockerode, log: Logger) {
    this.#docker = docker;
    this.#log = log;
  }

  /** Throws where Docker did not take the request. Safe to repeat, also when the container is gone. */
  async stop(containerId: string, graceSeconds: number): Promise<void> {
    if (graceSeconds === 0) return this.#kill(containerId);
    const request = this.#underWay.get(containerId) ?? this.#begin(containerId, graceSeconds);
    const bound = setTimeout(ACCEPTED_AFTER_MILLISECONDS, ACCEPTED, { ref: false });
    if ((await Promise.race([request, bound])) === ACCEPTED) this.#leave(containerId, request);
  }

  /** Lets go of what is under way; Docker goes on with it. */
  close(): void {
    this.#closed.abort();
  }

  async #kill(containerId: string): Promise<void> {
    await askUnless(NOT_RUNNING, (abortSignal) =>
      this.#docker.getContainer(containerId).kill({ signal: "SIGKILL", abortSignal }),
    );
  }

  async #begin(containerId: string, t: number): Promise<void> {
    const container = this.#docker.getContainer(containerId);
    // Not through `ask`, whose time may run out before the grace does.
    const request = container
      .stop({ t: Math.ceil(t), abortSignal: this.#closed.signal })
      .catch((error: unknown) => {
        if (!NOT_RUNNING.includes(statusOf(error) ?? 0)) throw toEngineError(error);
      })
      .finally(() => this.#underWay.delete(containerId));
    this.#underWay.set(containerId, request);
    await request;
  }

  #leave(containerId: string, request: Promise<void>): void {
    request.catch((error: unknown) => {
      if (this.#closed.signal.aborted) return;
      this.#log.warn({ containerId, error }, "stopping a container failed; it is asked again");
    });
  }
}

const ACCEPTED = Symbol("accepted");

/** It ended before, it is gone, or it was never started. */
const NOT_RUNNING: readonly number[] = [304, 404, 409];
