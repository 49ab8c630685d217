import { admit, type EngineSnapshot } from "../core/admission.ts";
import type { Stores } from "../core/database.ts";
import type { Engine, Machine } from "../core/engine.ts";
import type { Ports } from "../core/ports.ts";
import { Trouble } from "./trouble.ts";

/** It runs on each wake, and this often without one. */
const TICK_MS = 1000;
/** Machines come and go slowly; what is free is known from the reservations. */
const CAPACITY_AGE_MS = 5000;
const CAPACITY_TIMEOUT_MS = 2000;

/** The only place that says go. One server at a time decides; the others' looks end at the lock. */
export class Scheduler {
  readonly #ports: Ports;
  readonly #trouble: Trouble;
  readonly #capacities = new Map<
    string,
    { readonly at: number; readonly machines: readonly Machine[] | undefined }
  >();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #deciding: Promise<void> | undefined;
  #again = false;

  constructor(ports: Ports) {
    this.#ports = ports;
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
        await this.#decide();
        this.#trouble.worked();
      } catch (error) {
        this.#trouble.failed(error);
        return;
      }
    }
  }

  async #decide(): Promise<void> {
    const { database, engines } = this.#ports;
    const machines = new Map<string, readonly Machine[] | undefined>();
    for (const engine of engines.values()) machines.set(engine.name, await this.#machines(engine));
    const closed = await this.#ports.closedBecause();
    const full = new Map<string, string | undefined>();
    for (const name of engines.keys()) full.set(name, await this.#ports.closedBecause(name));

    await database.exclusively("scheduler", async (stores) => {
      const { reservations, ...snapshot } = await stores.admission.snapshot();
      if (snapshot.waiting.length === 0 && snapshot.queueing.length === 0) return;
      const paused = await stores.admission.pausedEngines();
      const known = [...engines.keys()].map((name): EngineSnapshot => ({
        name,
        machines: machines.get(name),
        closed: paused.get(name) ?? full.get(name),
        reservations: reservations.filter((reserved) => reserved.engine === name),
      }));
      const decision = admit({ ...snapshot, closed, engines: known });
      await write(stores, decision);
    });
  }

  async #machines(engine: Engine): Promise<readonly Machine[] | undefined> {
    const known = this.#capacities.get(engine.name);
    if (known !== undefined && Date.now() - known.at < CAPACITY_AGE_MS) return known.machines;
    const machines = await engine
      .capacity(AbortSignal.timeout(CAPACITY_TIMEOUT_MS))
      .catch(() => undefined);
    this.#capacities.set(engine.name, { at: Date.now(), machines });
    return machines;
  }
}

async function write(
  { experiments, runs, queue, events }: Stores,
  { admitted, held, reserved, queued }: ReturnType<typeof admit>,
): Promise<void> {
  if (admitted.length > 0) {
    await experiments.admit(admitted);
    await queue.wake("experiment", admitted);
  }
  for (const { attemptId, reservation } of reserved) await runs.reserve(attemptId, reservation);
  await queue.wake(
    "run",
    reserved.map(({ runId }) => runId),
  );

  const notes = [
    ...held.map(({ experimentId, reason }) => ({ id: experimentId, note: `queued: ${reason}` })),
    ...queued.map(({ experimentId, reason }) => ({
      id: experimentId,
      note: `queueing: ${reason}`,
    })),
  ];
  for (const { runId, reason } of queued) await runs.reason(runId, reason);
  for (const { id, projectId } of await experiments.notes(notes))
    await events.publish({ kind: "experiment", experimentId: id, projectId });
  if (admitted.length > 0 || reserved.length > 0) await events.publish({ kind: "work" });
}
