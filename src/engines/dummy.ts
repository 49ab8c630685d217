import { join } from "node:path";

import type {
  Engine,
  ListedWorkload,
  LogPiece,
  LogPosition,
  Machine,
  ResourceSample,
  Workload,
} from "../core/engine.ts";
import { WorkloadGoneError } from "../core/errors.ts";
import { drop } from "./drop.ts";
import { Journal } from "./dummy/journal.ts";
import { endingOf, type Life, observe } from "./dummy/life.ts";
import { type Program, toProgram } from "./dummy/program.ts";

export interface DummyEngineOptions {
  readonly name: string;
  /** Its memory: servers that share the folder share the engine, and a restart loses nothing. */
  readonly folder: string;
  readonly machines?: readonly Machine[] | undefined;
}

const DEFAULT_MACHINES: readonly Machine[] = [
  { name: "dummy", cpus: 64, memoryBytes: 256 * 2 ** 30, devices: [] },
];

/** Obeys the manifest and runs nothing: `program.ts` says what a command means here. For tests and for trying things out. */
export class DummyEngine implements Engine {
  readonly name: string;
  readonly kind = "dummy";
  readonly #journal: Journal;
  readonly #machines: readonly Machine[];

  constructor({ name, folder, machines = DEFAULT_MACHINES }: DummyEngineOptions) {
    this.name = name;
    this.#journal = new Journal(join(folder, "journal"));
    this.#machines = machines;
  }

  async daemon(): Promise<undefined> {
    return undefined;
  }

  async prepare({ attemptId, command, replicas }: Workload): Promise<string> {
    const lives = await this.#journal.read();
    if (lives.has(attemptId)) return attemptId;
    const programs: Record<string, Program> = {};
    for (const { name, env, command: own = command } of replicas)
      programs[name] = toProgram(own, env);
    await this.#journal.append({ kind: "prepared", attemptId, programs });
    return attemptId;
  }

  async start(engineId: string): Promise<void> {
    await this.#lifeOf(engineId);
    await this.#journal.append({ kind: "started", attemptId: engineId, at: Date.now() });
  }

  async stop(engineId: string, graceSeconds: number): Promise<void> {
    const at = Date.now();
    await this.#journal.append({ kind: "stopped", attemptId: engineId, at, graceSeconds });
  }

  async remove(engineId: string): Promise<void> {
    await this.#journal.append({ kind: "removed", attemptId: engineId });
  }

  async list(signal?: AbortSignal): Promise<readonly ListedWorkload[]> {
    signal?.throwIfAborted();
    const lives = await this.#journal.read();
    const now = Date.now();
    return [...lives].map(([attemptId, life]) => ({
      engineId: attemptId,
      attemptId,
      observation: observe(life, now),
    }));
  }

  async *watch(signal: AbortSignal): AsyncGenerator<void, void, undefined> {
    for (;;) {
      const lives = await this.#journal.read();
      const seen = this.#journal.bytesRead;
      const nextEnding = nextEndingOf(lives, Date.now());
      if (signal.aborted) return;
      yield;
      while (this.#journal.bytesRead === seen && Date.now() < nextEnding) {
        await this.#journal.wait({ seen, until: nextEnding }, signal);
        if (signal.aborted) return;
      }
    }
  }

  logs(
    engineId: string,
    replica: string,
    from: LogPosition,
    signal: AbortSignal,
  ): AsyncIterable<LogPiece> {
    return drop(this.#output(engineId, replica, signal), from);
  }

  async resources(engineId: string): Promise<Readonly<Record<string, ResourceSample>>> {
    const life = (await this.#journal.read()).get(engineId);
    if (life === undefined) return {};
    const samples: Record<string, ResourceSample> = {};
    for (const [replica, { kind }] of Object.entries(observe(life, Date.now()).replicas))
      if (kind === "running") samples[replica] = sample();
    return samples;
  }

  async capacity(): Promise<readonly Machine[]> {
    return this.#machines;
  }

  /** How often each attempt really began: what tests want to be 1. */
  starts(): Promise<ReadonlyMap<string, number>> {
    return this.#journal.starts();
  }

  async *#output(engineId: string, replica: string, signal: AbortSignal): AsyncGenerator<LogPiece> {
    const { programs } = await this.#lifeOf(engineId);
    const program = programs[replica];
    if (program === undefined)
      throw new WorkloadGoneError(`The run has no replica ${replica} on the engine.`);
    if (program.logLines > 0 && (await this.#isReached(engineId, program, 0, signal)))
      yield { stream: "stdout", bytes: numberedLines(program.logLines) };
    for (const { atMilliseconds, stream, text } of program.output)
      if (await this.#isReached(engineId, program, atMilliseconds, signal))
        yield { stream, bytes: Buffer.from(text) };
    await this.#isReached(engineId, program, Infinity, signal);
  }

  /** Waits until the program has run for so long; false where it ended before. */
  async #isReached(
    engineId: string,
    program: Program,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (;;) {
      signal.throwIfAborted();
      const seen = this.#journal.bytesRead;
      const life = await this.#lifeOf(engineId);
      const ending = endingOf(life, program)?.at ?? Infinity;
      const due = (life.startedAt ?? Infinity) + milliseconds;
      const now = Date.now();
      if (due <= ending && due <= now) return true;
      if (ending <= now) return false;
      await this.#journal.wait({ attemptId: engineId, seen, until: Math.min(due, ending) }, signal);
    }
  }

  async #lifeOf(engineId: string): Promise<Life> {
    const life = (await this.#journal.read()).get(engineId);
    if (life === undefined) throw new WorkloadGoneError("The run is not on the engine any more.");
    return life;
  }
}

function nextEndingOf(lives: ReadonlyMap<string, Life>, now: number): number {
  let next = Infinity;
  for (const life of lives.values())
    for (const program of Object.values(life.programs)) {
      const at = endingOf(life, program)?.at ?? Infinity;
      if (at > now && at < next) next = at;
    }
  return next;
}

function numberedLines(count: number): Uint8Array {
  return Buffer.from(Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join(""));
}

function sample(): ResourceSample {
  return {
    at: new Date().toISOString(),
    cpus: 0.5,
    memoryBytes: 64 * 2 ** 20,
    memoryLimitBytes: 2 ** 30,
    networkReceivedBytes: 0,
    networkSentBytes: 0,
  };
}
