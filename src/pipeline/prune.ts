import type { Ports } from "../core/ports.ts";

const KEEP_IMAGES_DAYS = 14;

/** The start has other things to do first. */
const FIRST_MS = 5000;
const EVERY_MS = 3_600_000;
/** After the first time, which is at once. */
const EVERY_WHILE_FULL_MS = 60_000;

type PrunePorts = Pick<Ports, "builder" | "database" | "leases" | "closedBecause">;

/** Images that nothing used for long, and the build cache beyond its share. */
export class Prune {
  readonly #ports: PrunePorts;
  readonly #keepCacheBytes: () => Promise<number>;
  /** As if the last time was so long ago that the first is due soon. */
  #doneAt = performance.now() - EVERY_MS + FIRST_MS;
  #wasFull = false;

  constructor(ports: PrunePorts, keepCacheBytes: () => Promise<number>) {
    this.#ports = ports;
    this.#keepCacheBytes = keepCacheBytes;
  }

  async ifDue(): Promise<void> {
    const { closedBecause, leases, builder } = this.#ports;
    const isFull = (await closedBecause()) !== undefined;
    const hasFilledUp = isFull && !this.#wasFull;
    this.#wasFull = isFull;
    const every = isFull ? EVERY_WHILE_FULL_MS : EVERY_MS;
    if (!hasFilledUp && performance.now() - this.#doneAt < every) return;
    const daemon = await builder.daemon();
    // Servers on other machines have a Docker of their own to keep clean.
    if (!(await leases.take(`prune ${daemon}`))) return;
    await this.#prune(daemon);
    this.#doneAt = performance.now();
  }

  async #prune(daemon: string): Promise<void> {
    const { builder, database } = this.#ports;
    for (const image of await database.images.unused(daemon, KEEP_IMAGES_DAYS))
      if (await builder.remove(image.digest)) await database.images.forget(daemon, image.digest);
    await builder.pruneCache(await this.#keepCacheBytes());
  }
}
