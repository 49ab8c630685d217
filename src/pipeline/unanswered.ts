import { EngineUnreachableError } from "../core/errors.ts";

/** Docker answers within a second, under load within a few. */
const SLOW_MS = 10_000;

export interface Patience {
  /** How many calls may be slow at a time. */
  readonly mostSlow: number;
  readonly slowMs?: number | undefined;
}

/**
 * The answers that an engine owes. Whoever waits for one holds a slot of this server: once `mostSlow` do so for long,
 * nobody else does, and an engine that hangs leaves the other slots to what does not need it.
 */
export class Unanswered {
  readonly #engine: string;
  readonly #mostSlow: number;
  readonly #slowMs: number;
  #slow = 0;

  constructor(engine: string, { mostSlow, slowMs = SLOW_MS }: Patience) {
    this.#engine = engine;
    this.#mostSlow = mostSlow;
    this.#slowMs = slowMs;
  }

  /**
   * For calls that are safe to repeat. Throws EngineUnreachableError where too many are slow already; where this one
   * becomes slow as well, it goes on without its caller.
   */
  wait<T>(call: () => Promise<T>): Promise<T> {
    if (this.#slow >= this.#mostSlow) return Promise.reject(this.#tooMany());
    return new Promise((resolve, reject) => {
      let isSlow = false;
      const timer = setTimeout(() => {
        if (this.#slow >= this.#mostSlow) return reject(this.#tooMany());
        isSlow = true;
        this.#slow += 1;
      }, this.#slowMs);
      call()
        .finally(() => {
          clearTimeout(timer);
          if (isSlow) this.#slow -= 1;
        })
        .then(resolve, reject);
    });
  }

  #tooMany(): EngineUnreachableError {
    return new EngineUnreachableError(
      `engine ${this.#engine} owes ${this.#slow} answers for more than ${this.#slowMs / 1000} seconds.`,
    );
  }
}
