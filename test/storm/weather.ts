import type { Knex } from "knex";

import { seededRandom } from "../core/seeded-random.ts";
import type { Fleet } from "./fleet.ts";
import { type Server, sessionsOf } from "./server.ts";

type Drawn =
  | "kill"
  | "crash at an effect"
  | "freeze"
  | "freeze at an effect"
  | "session lost"
  | "all sessions lost";
/** Some freezes last longer than others believe a silent server to live. */
export type Blow = Drawn | "freeze beyond the lease";

const DRAWN: readonly [Drawn, ...Drawn[]] = [
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
const LONG_FREEZE_OF = 10;
const LONG_FREEZE_MILLISECONDS = 18_000;
const FREEZE_MILLISECONDS = 2500;
/** A server passes some hundred boundaries a second. */
const MOST_BOUNDARIES = 300;

/** Lets a blow fall on one of the servers, as often as it is asked; the seed decides which and on whom. */
export class Weather {
  readonly counts: Record<Blow, number>;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #freezes: ReturnType<typeof seededRandom>;
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
    this.#freezes = seededRandom(seed + 1);
    this.#fleet = fleet;
    this.#size = size;
    this.#knex = knex;
    this.counts = {
      kill: 0,
      "crash at an effect": 0,
      freeze: 0,
      "freeze at an effect": 0,
      "freeze beyond the lease": 0,
      "session lost": 0,
      "all sessions lost": 0,
    };
  }

  /** It stands still, by a blow or at an effect, and goes on after a while. */
  wakeLater(server: Server): void {
    const milliseconds = this.#freezes.below(FREEZE_MILLISECONDS);
    const isLong = this.#freezes.below(LONG_FREEZE_OF) === 0;
    if (isLong) this.counts["freeze beyond the lease"] += 1;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        server.wake();
      },
      isLong ? LONG_FREEZE_MILLISECONDS : milliseconds,
    );
    this.#timers.add(timer);
  }

  /** Nobody is woken any more: the calm has woken all. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async blow(): Promise<void> {
    // All is drawn before it is looked whom it meets, so that the same seed draws the same.
    const slot = this.#random.below(this.#size);
    const blow = this.#random.pick(DRAWN);
    const boundaries = 1 + this.#random.below(MOST_BOUNDARIES);
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
        server.freeze();
        return this.wakeLater(server);
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
