import type { Knex } from "knex";

import { seededRandom } from "../core/seeded-random.ts";
import type { Fleet } from "./fleet.ts";
import { type Server, sessionsOf } from "./server.ts";

export const BLOWS = [
  "kill",
  "crash at an effect",
  "freeze",
  "freeze at an effect",
  "freeze beyond the lease",
  "session lost",
  "all sessions lost",
] as const;
export type Blow = (typeof BLOWS)[number];

const DRAWN: readonly [Blow, ...Blow[]] = [
  "kill",
  "kill",
  "kill",
  "kill",
  "kill",
  "kill",
  "kill",
  "crash at an effect",
  "crash at an effect",
  "crash at an effect",
  "crash at an effect",
  "crash at an effect",
  "freeze",
  "freeze at an effect",
  "freeze at an effect",
  "session lost",
  "all sessions lost",
];
/** One of so many freezes outlasts the lease. */
const LONG_FREEZE_OF = 8;
const LONG_FREEZE_MILLISECONDS = 18_000;
const FREEZE_MILLISECONDS = 2500;
/** A server passes some hundred boundaries a second. */
const MOST_BOUNDARIES = 300;

/** Lets a blow fall on one of the servers, as often as it is asked; the seed decides which and on whom. */
export class Weather {
  readonly counts: Record<Blow, number>;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #fleet: Fleet;
  readonly #size: number;
  readonly #knex: Knex;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor({
    seed,
    fleet,
    size,
    knex,
  }: {
    readonly seed: number;
    readonly fleet: Fleet;
    readonly size: number;
    readonly knex: Knex;
  }) {
    this.#random = seededRandom(seed);
    this.#fleet = fleet;
    this.#size = size;
    this.#knex = knex;
    this.counts = Object.fromEntries(BLOWS.map((blow) => [blow, 0])) as Record<Blow, number>;
  }

  /** It stands still, by a blow or at an effect, and goes on after a while. */
  wakeLater(server: Server, milliseconds = this.#frozenFor()): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      server.wake();
    }, milliseconds);
    this.#timers.add(timer);
  }

  /** Nobody is woken any more: the calm has woken all. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #frozenFor(): number {
    const isLong = this.#random.below(LONG_FREEZE_OF) === 0;
    if (isLong) this.counts["freeze beyond the lease"] += 1;
    return isLong ? LONG_FREEZE_MILLISECONDS : 100 + this.#random.below(FREEZE_MILLISECONDS);
  }

  async blow(): Promise<void> {
    // All is drawn before it is looked whom it meets, so that the same seed draws the same.
    const slot = this.#random.below(this.#size);
    const blow = this.#random.pick(DRAWN);
    const boundaries = 1 + this.#random.below(MOST_BOUNDARIES);
    const milliseconds = this.#frozenFor();
    const server = this.#fleet.slot(slot);
    if (server?.at === undefined) return;
    this.counts[blow] += 1;
    switch (blow) {
      case "kill":
        return server.kill();
      case "crash at an effect":
        return server.tell({ kind: "crash", boundaries });
      case "freeze at an effect":
        return server.tell({ kind: "freeze", boundaries });
      case "freeze":
      case "freeze beyond the lease":
        server.freeze();
        return this.wakeLater(server, milliseconds);
      case "session lost":
        return this.#cut(server.number, "and query ilike '%instances%'");
      case "all sessions lost":
        return this.#cut(server.number, "");
    }
  }

  async #cut(number: number, which: string): Promise<void> {
    await this.#knex.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = ? ${which}`,
      [sessionsOf(number)],
    );
  }
}
