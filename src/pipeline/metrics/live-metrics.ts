import type { Engine } from "../../core/engine.ts";
import type { Ports } from "../../core/ports.ts";
import type { Attempt } from "../../core/run.ts";
import { Rounds } from "../rounds.ts";
import { Trouble } from "../trouble.ts";
import { readLive } from "./read-live.ts";
import { sampleResources } from "./sample-resources.ts";
import { type Watched, watch } from "./watched.ts";

const FILES_MS = 1000;
const RESOURCES_MS = 2000;
/** Of more, the others have their turn in the next rounds. */
const FILES_AT_ONCE = 100;
const SAMPLES_AT_ONCE = 20;

/** The metrics and the use of resources of what runs on one engine, as it goes. Nothing depends on it but what people see. */
export class LiveMetrics {
  readonly #ports: Ports;
  readonly #rounds: readonly Rounds[];
  #watched: ReadonlyMap<string, Watched> = new Map();

  constructor(ports: Ports, engine: Engine) {
    this.#ports = ports;
    const part = (what: string, everyMs: number, work: () => Promise<void>): Rounds => {
      const words = { failed: `${what} cannot be read`, again: `${what} can be read again` };
      const trouble = new Trouble(ports.log, words, { engine: engine.name });
      return new Rounds({ everyMs, work, trouble });
    };
    this.#rounds = [
      part("metrics", FILES_MS, () => this.#readFiles()),
      part("resources", RESOURCES_MS, () => this.#sample(engine)),
    ];
  }

  start(): void {
    for (const rounds of this.#rounds) rounds.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((rounds) => rounds.stop()));
  }

  /** These run now, and no others. */
  follow(attempts: readonly Attempt[]): void {
    const running = attempts.filter(({ observation }) => observation?.kind === "running");
    this.#watched = new Map(
      running.map((attempt) => [attempt.id, watch(attempt, this.#watched.get(attempt.id))]),
    );
  }

  async #readFiles(): Promise<void> {
    const due = this.#due(({ readAt }) => readAt, FILES_AT_ONCE);
    await this.#findSources(due);
    for (const watched of due) {
      await readLive(this.#ports, watched);
      watched.readAt = performance.now() + FILES_MS;
    }
  }

  async #sample(engine: Engine): Promise<void> {
    const due = this.#due(({ sampleAt }) => sampleAt, SAMPLES_AT_ONCE);
    await this.#findSources(due);
    await sampleResources(this.#ports, engine, due);
  }

  /** Those whose time has come, the longest due first. */
  #due(dueAt: (watched: Watched) => number, most: number): readonly Watched[] {
    const now = performance.now();
    return [...this.#watched.values()]
      .filter((watched) => dueAt(watched) <= now)
      .toSorted((one, other) => dueAt(one) - dueAt(other))
      .slice(0, most);
  }

  async #findSources(due: readonly Watched[]): Promise<void> {
    const unknown = due.filter(({ source }) => source === undefined);
    if (unknown.length === 0) return;
    const runIds = unknown.map(({ attempt }) => attempt.runId);
    const found = await this.#ports.database.runMetrics.sources(runIds);
    for (const watched of unknown)
      watched.source = found.find(({ runId }) => runId === watched.attempt.runId);
  }
}
