import { setTimeout as sleep } from "node:timers/promises";

import { seededRandom } from "../core/seeded-random.ts";
import type { Fault, FromServer, Orders } from "./messages.ts";

/** Of so many effects one meets it. */
const ONE_OF = {
  failed: 600,
  "no answer": 600,
  late: 60,
  twice: 40,
  "broke off": 60,
  "hint lost": 12,
  "hint twice": 12,
} as const satisfies Record<Fault, number>;
const LATE_MILLISECONDS = 150;

/** What a server of its kind does when it is struck. */
export interface Struck {
  readonly tell: (message: FromServer) => void;
  readonly crash: () => void;
  readonly freeze: () => void | Promise<void>;
}

export const gustsOf = ({ seed, number, faults }: Orders, struck: Struck): Gusts =>
  new Gusts(seededRandom(Math.imul(seed, 7919) + number), faults, struck);

/** Decides what meets each effect of one server. */
export class Gusts {
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #struck: Struck;
  #blowing: boolean;
  #strike: { readonly kind: "crash" | "freeze"; boundaries: number } | undefined;
  #isDead = false;
  /** Resolves when it is no longer held. */
  #held: PromiseWithResolvers<void> | undefined;

  constructor(random: ReturnType<typeof seededRandom>, blowing: boolean, struck: Struck) {
    this.#random = random;
    this.#blowing = blowing;
    this.#struck = struck;
  }

  calm(): void {
    this.#blowing = false;
    this.#strike = undefined;
  }

  /** Crashes or freezes at the so many-th boundary of an effect: each has one before it and one behind it. */
  strike(kind: "crash" | "freeze", boundaries: number): void {
    this.#strike = { kind, boundaries };
  }

  /** From now on every effect throws, also where one is under way: nobody hears how it came out. */
  die(): void {
    this.#isDead = true;
    this.release();
  }

  /** From now on every effect waits, before it or behind it. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async around<T>(name: string, isRepeatable: boolean, effect: () => Promise<T>): Promise<T> {
    await this.#boundary();
    if (this.meets("late")) await sleep(this.#random.below(LATE_MILLISECONDS));
    if (this.meets("failed")) throw new Error(`the storm let ${name} fail`);
    let answer = await effect();
    if (isRepeatable && this.meets("twice")) answer = await effect();
    await this.#boundary();
    if (this.meets("no answer")) throw new Error(`the storm gave no answer to ${name}`);
    return answer;
  }

  async *along<T>(name: string, effect: () => AsyncIterable<T>): AsyncGenerator<T> {
    await this.#boundary();
    for await (const piece of effect()) {
      yield piece;
      if (this.meets("broke off")) throw new Error(`the storm broke ${name} off`);
      await this.#boundary();
    }
  }

  meets(fault: Fault): boolean {
    if (!this.#blowing || this.#random.below(ONE_OF[fault]) !== 0) return false;
    this.#struck.tell({ kind: "fault", fault });
    return true;
  }

  async #boundary(): Promise<void> {
    await this.#meetStrike();
    while (this.#held !== undefined) await this.#held.promise;
    if (this.#isDead) throw new Error("this server is dead");
  }

  async #meetStrike(): Promise<void> {
    const strike = this.#strike;
    if (strike === undefined) return;
    strike.boundaries -= 1;
    if (strike.boundaries > 0) return;
    this.#strike = undefined;
    if (strike.kind === "crash") this.#struck.crash();
    else await this.#struck.freeze();
  }
}
