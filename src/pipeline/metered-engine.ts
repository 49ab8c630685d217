import type { Engine, ListedWorkload, LogPiece, Machine, Workload } from "../core/engine.ts";
import {
  EngineFullError,
  EngineUnreachableError,
  ImageGoneError,
  UnsupportedError,
  WorkloadGoneError,
} from "../core/errors.ts";
import type { Metrics } from "../core/metrics.ts";
import { type Patience, Unanswered } from "./unanswered.ts";

/**
 * An engine whose calls are timed, by how they came out; what lasts as long as a workload does, is not. For those that
 * change something, workers wait with `patience`.
 */
export class MeteredEngine implements Engine {
  readonly #engine: Engine;
  readonly #metrics: Metrics;
  readonly #unanswered: Unanswered;

  constructor(engine: Engine, metrics: Metrics, patience: Patience) {
    this.#engine = engine;
    this.#metrics = metrics;
    this.#unanswered = new Unanswered(engine.name, patience);
  }

  get name(): string {
    return this.#engine.name;
  }

  get kind(): Engine["kind"] {
    return this.#engine.kind;
  }

  daemon(signal?: AbortSignal): ReturnType<Engine["daemon"]> {
    return this.#engine.daemon(signal);
  }

  prepare(workload: Workload, signal?: AbortSignal): Promise<string> {
    return this.#change("prepare", () => this.#engine.prepare(workload, signal));
  }

  start(engineId: string, signal?: AbortSignal): Promise<void> {
    return this.#change("start", () => this.#engine.start(engineId, signal));
  }

  stop(engineId: string, graceSeconds: number): Promise<void> {
    return this.#change("stop", () => this.#engine.stop(engineId, graceSeconds));
  }

  remove(engineId: string): Promise<void> {
    return this.#change("remove", () => this.#engine.remove(engineId));
  }

  list(signal?: AbortSignal): Promise<readonly ListedWorkload[]> {
    return this.#time("list", () => this.#engine.list(signal));
  }

  watch(signal: AbortSignal): AsyncIterable<void> {
    return this.#engine.watch(signal);
  }

  async *logs(...of: Parameters<Engine["logs"]>): AsyncIterable<LogPiece> {
    for await (const piece of this.#engine.logs(...of)) {
      this.#metrics.count("assay_log_bytes_total", { engine: this.name }, piece.bytes.length);
      yield piece;
    }
  }

  resources(engineId: string, signal?: AbortSignal): ReturnType<Engine["resources"]> {
    return this.#time("resources", () => this.#engine.resources(engineId, signal));
  }

  async capacity(signal?: AbortSignal): Promise<readonly Machine[]> {
    const machines = await this.#time("capacity", () => this.#engine.capacity(signal));
    const labels = { engine: this.name, of: "capacity" };
    const sum = (pick: (machine: Machine) => number): number =>
      machines.map(pick).reduce((total, value) => total + value, 0);
    this.#metrics.set(
      "assay_engine_cpus",
      sum(({ cpus }) => cpus),
      labels,
    );
    this.#metrics.set(
      "assay_engine_memory_bytes",
      sum(({ memoryBytes }) => memoryBytes),
      labels,
    );
    this.#metrics.set(
      "assay_engine_gpus",
      sum(({ devices }) => devices.length),
      labels,
    );
    return machines;
  }

  #change<T>(method: string, call: () => Promise<T>): Promise<T> {
    return this.#unanswered.wait(() => this.#time(method, call));
  }

  async #time<T>(method: string, call: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const tell = (outcome: string): void =>
      this.#metrics.observe("assay_engine_call_seconds", (performance.now() - began) / 1000, {
        engine: this.name,
        method,
        outcome,
      });
    try {
      const answer = await call();
      tell("ok");
      return answer;
    } catch (error) {
      tell(outcomeOf(error));
      throw error;
    }
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof EngineUnreachableError) return "unreachable";
  if (error instanceof WorkloadGoneError || error instanceof ImageGoneError) return "gone";
  if (error instanceof UnsupportedError) return "unsupported";
  return error instanceof EngineFullError ? "full" : "error";
}
