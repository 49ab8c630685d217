import type { Engine, Machine } from "../core/engine.ts";

/** Machines come and go slowly; what is free is known from the reservations. */
const ASK_AGAIN_MS = 5000;
const ASK_AGAIN_WHERE_SILENT_MS = 1000;
/** A slow answer is one: until it comes, the last one counts. */
const ANSWER_MS = 10_000;

interface Known {
  readonly askedAt: number;
  readonly machines: readonly Machine[] | undefined;
}

/** What each engine's machines are, as it last said: an engine that takes its time holds up no other. */
export class Capacities {
  readonly #engines: readonly Engine[];
  readonly #onNews: () => void;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();

  /** `onNews` is called when an engine has said something else than before. */
  constructor(engines: Iterable<Engine>, onNews: () => void) {
    // An iterator gives what it has once, and they are asked for ever.
    this.#engines = [...engines];
    this.#onNews = onNews;
  }

  /** By engine; undefined where it does not answer. One that has just been asked for the first time is not among them. */
  look(): ReadonlyMap<string, readonly Machine[] | undefined> {
    for (const engine of this.#engines) if (this.#isDue(engine)) this.#ask(engine);
    return new Map([...this.#known].map(([name, { machines }]) => [name, machines]));
  }

  #isDue({ name }: Engine): boolean {
    const known = this.#known.get(name);
    if (known === undefined) return true;
    const after = known.machines === undefined ? ASK_AGAIN_WHERE_SILENT_MS : ASK_AGAIN_MS;
    return performance.now() - known.askedAt >= after;
  }

  #ask(engine: Engine): void {
    if (this.#asking.has(engine.name)) return;
    this.#asking.add(engine.name);
    void this.#learn(engine);
  }

  async #learn(engine: Engine): Promise<void> {
    const { name } = engine;
    const machines = await this.#machinesOf(engine);
    const before = this.#known.get(name);
    this.#known.set(name, { askedAt: performance.now(), machines });
    this.#asking.delete(name);
    if (before === undefined || JSON.stringify(before.machines) !== JSON.stringify(machines))
      this.#onNews();
  }

  /** An engine that does not heed the signal is waited for no longer either. */
  async #machinesOf(engine: Engine): Promise<readonly Machine[] | undefined> {
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), ANSWER_MS);
    timer.unref();
    const tooLong = new Promise<undefined>((resolve) => {
      bound.signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const answer = engine.capacity(bound.signal).catch(() => undefined);
    return Promise.race([answer, tooLong]).finally(() => clearTimeout(timer));
  }
}
