import type { Engine, ListedWorkload, Observation } from "../core/engine.ts";
import type { Ports } from "../core/ports.ts";
import type { Attempt } from "../core/run.ts";
import { Bell } from "./bell.ts";
import { LogFollowers } from "./log-followers.ts";
import { LiveMetrics } from "./metrics/live-metrics.ts";
import { pause } from "./pause.ts";
import { Trouble } from "./trouble.ts";

/** The engine's events are a hint: it is listed this often without one. */
const LIST_MS = 1000;
/** An event is followed by others: they are answered together. */
const GATHER_MS = 5;
/** With thousands of workloads a look takes long: so much of the time is spent on them at most. */
const MOST_SHARE = 0.25;
const RETRY_MS = 500;

/**
 * Keeps the run rows of one engine true, and holds its live logs. One server at a time, by a lease; where the engine is a
 * Docker, one for each daemon.
 */
export class Observer {
  readonly #ports: Ports;
  readonly #engine: Engine;
  readonly #followers: LogFollowers;
  readonly #liveMetrics: LiveMetrics;
  readonly #stopping = new AbortController();
  readonly #news = new Bell();
  readonly #trouble: Trouble;
  #lease: string | undefined;
  #loop: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(ports: Ports, engine: Engine) {
    this.#ports = ports;
    this.#engine = engine;
    this.#followers = new LogFollowers(ports, engine);
    this.#liveMetrics = new LiveMetrics(ports, engine);
    const words = {
      failed: "the engine cannot be observed, and is tried again",
      again: "the engine is observed again",
    };
    this.#trouble = new Trouble(ports.log, words, { engine: engine.name });
  }

  start(): void {
    this.#unsubscribe = this.#ports.events.subscribe((hint) => {
      if (hint.kind === "observe" && hint.engine === this.#engine.name) this.#news.ring();
    });
    this.#liveMetrics.start();
    this.#loop = this.#observe();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#stopping.abort();
    await this.#loop;
    await Promise.all([this.#followers.stop(), this.#liveMetrics.stop()]);
    await this.#release();
  }

  /** Whether this server observes the engine now. Another daemon in the old one's place has a lease of its own. */
  async #isMine(signal: AbortSignal): Promise<boolean> {
    const daemon = await this.#engine.daemon(signal);
    const engine = `observer ${this.#engine.name}`;
    const name = daemon === undefined ? engine : `${engine} ${daemon.id}`;
    if (name !== this.#lease) await this.#release();
    this.#lease = name;
    return this.#ports.leases.take(name);
  }

  async #release(): Promise<void> {
    if (this.#lease !== undefined)
      await this.#ports.leases.release(this.#lease).catch(() => undefined);
    this.#lease = undefined;
  }

  async #observe(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const watching = new AbortController();
      try {
        if (!(await this.#isMine(signal))) await pause(RETRY_MS, signal);
        else await this.#watch(AbortSignal.any([signal, watching.signal]));
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble.failed(error);
        await pause(RETRY_MS, signal);
      } finally {
        watching.abort();
        this.#liveMetrics.follow([]);
      }
    }
  }

  /** In this order: subscribe to the engine's events, read the rows, list the engine; a change in between is not missed. */
  async #watch(signal: AbortSignal): Promise<void> {
    const events = this.#subscribe(signal);
    while (!signal.aborted && (await this.#isMine(signal))) {
      const began = performance.now();
      await this.#look(signal);
      this.#show(began);
      if (events.state === "open") this.#trouble.worked();
      const tookMs = performance.now() - began;
      await this.#news.wait(LIST_MS, signal);
      await pause(Math.max(GATHER_MS, tookMs / MOST_SHARE - tookMs), signal);
      if (!signal.aborted && events.state instanceof Error) throw events.state;
    }
  }

  #show(began: number): void {
    const { metrics } = this.#ports;
    const labels = { engine: this.#engine.name };
    metrics.observe("assay_observer_look_seconds", (performance.now() - began) / 1000, labels);
    metrics.set("assay_observer_looked_timestamp_seconds", Date.now() / 1000, labels);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { runs } = this.#ports.database;
    const live = await runs.liveOn(this.#engine.name, this.#ports.reach.daemons);
    this.#liveMetrics.follow(live);
    if (live.length === 0) return;
    const listed = new Map(
      (await this.#engine.list(signal)).map((workload) => [workload.attemptId, workload]),
    );
    const news = live.flatMap((attempt) => {
      const observation = observationOf(attempt, listed.get(attempt.id));
      return observation === undefined ? [] : [{ attempt, observation }];
    });
    if (news.length > 0) await this.#record(news);
    // An ending that was seen stays one, also where somebody has removed the container since: its log is ended then.
    const hasLog = ({ id, observation }: Attempt): boolean =>
      listed.has(id) || observation?.kind === "exited";
    await this.#followers.follow(live.filter(hasLog));
  }

  /** The jobs first, as whoever works on one of them has it locked before it writes anything else. */
  async #record(news: readonly News[]): Promise<void> {
    await this.#ports.database.transaction(async ({ runs, queue, events }) => {
      await queue.wake(
        "run",
        news.map(({ attempt }) => attempt.runId),
      );
      await runs.observe(
        news.map(({ attempt, observation }) => ({ attemptId: attempt.id, observation })),
      );
      await events.publish({ kind: "work" });
    });
  }

  /** How it stands is told by its state: a promise that lasts as long would keep a reaction for each look at it. */
  #subscribe(signal: AbortSignal): { readonly state: "opening" | "open" | Error } {
    const events: { state: "opening" | "open" | Error } = { state: "opening" };
    const listen = async (): Promise<void> => {
      for await (const _ of this.#engine.watch(signal)) {
        events.state = "open";
        this.#news.ring();
      }
      throw new Error("the engine's events ended");
    };
    listen().catch((error: unknown) => {
      events.state = error instanceof Error ? error : new Error(String(error));
      this.#news.ring();
    });
    return events;
  }
}

interface News {
  readonly attempt: Attempt;
  readonly observation: Observation;
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
