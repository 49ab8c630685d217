import type { Engine, ListedWorkload, Observation } from "../core/engine.ts";
import type { Ports } from "../core/ports.ts";
import type { Attempt } from "../core/run.ts";
import { LogFollowers } from "./log-followers.ts";
import { pause } from "./pause.ts";

/** The engine's events are a hint: it is listed this often without one. */
const LIST_MS = 1000;
const RETRY_MS = 500;

/** Keeps the run rows of one engine true, and holds its live logs. One server at a time, by a lease. */
export class Observer {
  readonly #ports: Ports;
  readonly #engine: Engine;
  readonly #followers: LogFollowers;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #hint: () => void = () => undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(ports: Ports, engine: Engine) {
    this.#ports = ports;
    this.#engine = engine;
    this.#followers = new LogFollowers(ports, engine);
  }

  start(): void {
    this.#unsubscribe = this.#ports.events.subscribe((hint) => {
      if (hint.kind === "observe" && hint.engine === this.#engine.name) this.#hint();
    });
    this.#loop = this.#observe();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#stopping.abort();
    this.#hint();
    await this.#loop;
    await this.#followers.stop();
    await this.#ports.leases.release(this.#lease).catch(() => undefined);
  }

  get #lease(): string {
    return `observer ${this.#engine.name}`;
  }

  async #observe(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const watching = new AbortController();
      try {
        if (!(await this.#ports.leases.take(this.#lease))) await pause(RETRY_MS, signal);
        else await this.#watch(AbortSignal.any([signal, watching.signal]));
      } catch (error) {
        this.#ports.log.debug(
          { engine: this.#engine.name, error },
          "the engine or the database does not answer",
        );
        await pause(RETRY_MS, signal);
      } finally {
        watching.abort();
      }
    }
  }

  /** In this order: subscribe to the engine's events, read the rows, list the engine; a change in between is not missed. */
  async #watch(signal: AbortSignal): Promise<void> {
    const broken = this.#subscribe(signal);
    while (!signal.aborted && (await this.#ports.leases.take(this.#lease))) {
      const changed = this.#nextHint();
      await this.#look();
      const failure = await Promise.race([changed, broken, pause(LIST_MS, signal)]);
      if (failure instanceof Error) throw failure;
    }
  }

  async #look(): Promise<void> {
    const { runs } = this.#ports.database;
    const live = await runs.liveOn(this.#engine.name);
    if (live.length === 0) return;
    const listed = new Map(
      (await this.#engine.list()).map((workload) => [workload.attemptId, workload]),
    );
    for (const attempt of live) {
      const now = observationOf(attempt, listed.get(attempt.id));
      if (now !== undefined) await this.#record(attempt, now);
    }
    await this.#followers.follow(live.filter((attempt) => listed.has(attempt.id)));
  }

  async #record(attempt: Attempt, observation: Observation): Promise<void> {
    await this.#ports.database.transaction(async ({ runs, queue, events }) => {
      if (!(await runs.observe(attempt.id, observation))) return;
      await queue.wake("run", [attempt.runId]);
      await events.publish({ kind: "work" });
    });
  }

  /** Resolves with an error when the subscription ends. */
  async #subscribe(signal: AbortSignal): Promise<Error | undefined> {
    try {
      for await (const _ of this.#engine.watch(signal)) this.#hint();
      return signal.aborted ? undefined : new Error("the engine's events ended");
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #nextHint(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#hint = () => resolve(undefined);
    });
  }
}

/** What is new about an attempt; undefined where nothing is. */
function observationOf(
  { observation }: Attempt,
  listed: ListedWorkload | undefined,
): Observation | undefined {
  if (observation?.kind === "exited") return undefined;
  const now = listed?.observation ?? { kind: "lost", replicas: observation?.replicas ?? {} };
  return JSON.stringify(now) === JSON.stringify(observation) ? undefined : now;
}
