import type { Engine } from "../core/engine.ts";
import type { Ports } from "../core/ports.ts";
import { reconcileRefs } from "./verbs/reconcile-refs.ts";

const LEASES_MS = 300;
/** Orphans, unreported pushes: every so many looks at the leases. */
const SLOWLY = 20;
/** Images, build cache. */
const RARELY = 12_000;

export const KEEP_IMAGES_DAYS = 14;

/** One server at a time: expired leases, orphaned workloads, pushes that nobody reported, retention. */
export class Sweep {
  readonly #ports: Ports;
  readonly #keepCacheBytes: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #round = 0;

  constructor(ports: Ports, keepCacheBytes: () => Promise<number>) {
    this.#ports = ports;
    this.#keepCacheBytes = keepCacheBytes;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.#sweep()
        .catch((error: unknown) =>
          this.#ports.log.debug({ error }, "the sweep could not go on, and will again"),
        )
        .finally(() => {
          this.#sweeping = undefined;
        });
    }, LEASES_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { database, events, log } = this.#ports;
    const released = await database.exclusively("sweep", ({ servers }) => servers.releaseDead());
    if (released === undefined) return;
    if (released > 0) {
      log.warn({ jobs: released }, "a server died; its work goes on here");
      await events.publish({ kind: "work" });
    }
    const round = this.#round++;
    if (round % SLOWLY === 0) {
      for (const engine of this.#ports.engines.values())
        await this.#try(() => this.#removeOrphans(engine));
      await this.#try(() => reconcileRefs(this.#ports));
    }
    if (round % RARELY === RARELY - 1) await this.#try(() => this.#prune());
  }

  async #try(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) =>
      this.#ports.log.debug({ error }, "a part of the sweep failed, and will be tried again"),
    );
  }

  /** Known by the attempt's id, which the workload carries: a crash may come before the engine's id is written. */
  async #removeOrphans(engine: Engine): Promise<void> {
    const listed = await engine.list();
    if (listed.length === 0) return;
    const over = new Set(
      await this.#ports.database.runs.notLive(listed.map(({ attemptId }) => attemptId)),
    );
    for (const { attemptId, engineId } of listed) {
      if (!over.has(attemptId)) continue;
      this.#ports.log.warn({ engine: engine.name, attemptId }, "an orphaned workload is removed");
      await engine.remove(engineId);
    }
  }

  async #prune(): Promise<void> {
    const { builder, database } = this.#ports;
    const daemon = await builder.daemon();
    for (const image of await database.images.unused(daemon, KEEP_IMAGES_DAYS))
      if (await builder.remove(image.digest)) await database.images.forget(daemon, image.digest);
    await builder.pruneCache(await this.#keepCacheBytes());
  }
}
