import type { EngineSnapshot } from "../core/admission.ts";
import { admit } from "../core/admit.ts";
import { type Reach, reaches } from "../core/daemon.ts";
import type { Stores } from "../core/database.ts";
import { whyClosed } from "../core/hold.ts";
import type { Ports } from "../core/ports.ts";
import { Capacities } from "./capacities.ts";
import { recordAdmission } from "./record-admission.ts";
import { SilentEngines } from "./silent-engines.ts";
import { Trouble } from "./trouble.ts";

/** It runs on each wake, and this often without one. */
const TICK_MS = 1000;
/** A wake is followed by others, and a look at thousands takes long: after each it rests for as long as it took. */
const LEAST_REST_MS = 2;
const MOST_REST_MS = 100;

/**
 * The only place that says go. One server at a time decides, who leaves Waiting for all, who gets a place for the Docker
 * daemons that it reaches; the others' looks end at the lock.
 */
export class Scheduler {
  readonly #ports: Ports;
  readonly #trouble: Trouble;
  readonly #capacities: Capacities;
  readonly #silent = new SilentEngines();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #deciding: Promise<void> | undefined;
  #again = false;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#capacities = new Capacities(ports.engines.values(), () => {
      if (this.#timer !== undefined) this.wake();
    });
    this.#trouble = new Trouble(ports.log, {
      failed: "the scheduler cannot decide, and tries again",
      again: "the scheduler decides again",
    });
  }

  start(): void {
    this.#unsubscribe = this.#ports.events.subscribe(({ kind }) => {
      if (kind === "schedule") this.wake();
    });
    this.#timer = setInterval(() => this.wake(), TICK_MS);
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#again = false;
    await this.#deciding;
  }

  wake(): void {
    this.#again = true;
    this.#deciding ??= this.#decideUntilQuiet().finally(() => {
      this.#deciding = undefined;
    });
  }

  async #decideUntilQuiet(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        const began = performance.now();
        await this.#decide();
        const tookMs = performance.now() - began;
        this.#ports.metrics.observe("assay_scheduler_round_seconds", tookMs / 1000);
        this.#trouble.worked();
        await rest(Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, tookMs)));
      } catch (error) {
        this.#trouble.failed(error);
        return;
      }
    }
  }

  async #decide(): Promise<void> {
    const { database, engines, closedBecause, maxActive, reach } = this.#ports;
    const machines = this.#capacities.look();
    const closed = await closedBecause();
    const full = new Map<string, string | undefined>();
    for (const name of engines.keys()) full.set(name, await closedBecause(name));

    const silences = [...machines].map(([engine, its]) => ({
      engine,
      daemons: reach.daemons,
      isSilent: its === undefined,
    }));
    const wasMine = await database.exclusively("scheduler", async (stores) => {
      for (const silence of silences) await this.#silent.tell(stores, silence);
      await decide(stores, { machines, closed, full, maxActive, reach });
      return true;
    });
    if (wasMine === true) for (const silence of silences) this.#silent.wasTold(silence);
  }
}

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));

interface Surroundings {
  readonly machines: ReturnType<Capacities["look"]>;
  /** Why the server as a whole takes nothing new, and why an engine does not. */
  readonly closed: string | undefined;
  readonly full: ReadonlyMap<string, string | undefined>;
  readonly maxActive: number | undefined;
  readonly reach: Reach;
}

/** One look, one decision, all of it in one transaction. */
async function decide(
  stores: Stores,
  { machines, closed, full, maxActive, reach: { daemons } }: Surroundings,
): Promise<void> {
  const { reservations, ...whole } = await stores.admission.snapshot();
  // The machines are those of the daemons reached from here: what needs another one is given its place there.
  const queueing = whole.queueing.filter(({ daemon }) => reaches({ daemons }, daemon));
  const snapshot = { ...whole, queueing };
  if (snapshot.waiting.length === 0 && snapshot.queueing.length === 0) return;
  const holds = await stores.admission.holds();
  const engines = [...machines].map(([name, its]): EngineSnapshot => ({
    name,
    machines: its,
    closed: whyClosed(holds, name) ?? full.get(name),
    reservations: reservations.filter(
      ({ engine, daemon }) => engine === name && reaches({ daemons }, daemon),
    ),
  }));
  const all = { ...snapshot, maxActive, closed: whyClosed(holds) ?? closed, engines };
  await recordAdmission(stores, admit(all));
}
