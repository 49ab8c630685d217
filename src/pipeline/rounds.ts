import { pause } from "./pause.ts";
import type { Trouble } from "./trouble.ts";

export interface Round {
  /** Between one end and the next beginning. */
  readonly everyMs: number;
  /** Aborted when the rounds are to end. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly trouble: Trouble;
}

/** Work that is done again and again, the first time at once. */
export class Rounds {
  readonly #round: Round;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(round: Round) {
    this.#round = round;
  }

  start(): void {
    this.#loop = this.#go();
  }

  /** Answers when the round that is under way is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #go(): Promise<void> {
    const { everyMs, work, trouble } = this.#round;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await work(signal);
        trouble.worked();
      } catch (error) {
        if (!signal.aborted) trouble.failed(error);
      }
      await pause(everyMs, signal);
    }
  }
}
