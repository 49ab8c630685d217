import type { Ports } from "../core/ports.ts";

/** The start has other things to do first. */
const FIRST_MS = 5000;
const EVERY_MS = 3_600_000;
/** After the first time, which is at once. */
const EVERY_WHILE_FULL_MS = 60_000;
/** It walks all that is kept. */
const AFTER_FAILURE_MS = 60_000;

/** Makes room now and then, and more often while a disk is full. */
export class Prune {
  readonly #ports: Pick<Ports, "closedBecause">;
  readonly #prune: (signal?: AbortSignal) => Promise<boolean>;
  /** As if the last time was so long ago that the first is due soon. */
  #doneAt = performance.now() - EVERY_MS + FIRST_MS;
  #failedAt = -Infinity;
  #wasFull = false;

  /** `prune` answers whether it was this server's to do. */
  constructor(
    ports: Pick<Ports, "closedBecause">,
    prune: (signal?: AbortSignal) => Promise<boolean>,
  ) {
    this.#ports = ports;
    this.#prune = prune;
  }

  async ifDue(signal?: AbortSignal): Promise<void> {
    const isFull = (await this.#ports.closedBecause()) !== undefined;
    const hasFilledUp = isFull && !this.#wasFull;
    this.#wasFull = isFull;
    const every = isFull ? EVERY_WHILE_FULL_MS : EVERY_MS;
    const now = performance.now();
    const isDue = now - this.#doneAt >= every && now - this.#failedAt >= AFTER_FAILURE_MS;
    if (!hasFilledUp && !isDue) return;
    try {
      if (await this.#prune(signal)) this.#doneAt = performance.now();
    } catch (error) {
      this.#failedAt = performance.now();
      throw error;
    }
  }
}
