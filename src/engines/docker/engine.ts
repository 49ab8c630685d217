import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import type {
  Daemon,
  Device,
  Engine,
  ListedWorkload,
  LogPiece,
  LogPosition,
  Machine,
  ResourceSample,
  Workload,
} from "../../core/engine.ts";
import { EngineFullError, WorkloadGoneError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { askUnless } from "./ask.ts";
import { containersOf } from "./attempt-containers.ts";
import { readMachine } from "./capacity.ts";
import { containerName, LABEL } from "./labels.ts";
import { Listing } from "./listing.ts";
import { containerLogs } from "./logs.ts";
import { Networks } from "./networks.ts";
import { removePause } from "./pause-container.ts";
import { PausePool } from "./pause-pool.ts";
import { prepareWorkload } from "./prepare.ts";
import { sampleContainer } from "./resources.ts";
import { StartGuard } from "./start-guard.ts";
import { startContainer } from "./start.ts";
import { Stops } from "./stop.ts";
import { watchEvents } from "./watch.ts";

export interface DockerEngineOptions {
  readonly name: string;
  readonly docker: Dockerode;
  /** The installation's uuid: several may share a daemon. */
  readonly installation: string;
  /** CIDR, a /16: every network takes its subnet from here. */
  readonly subnets: string;
  /** A folder for the start guards, shared by all servers of the installation; lasts across restarts. */
  readonly startFolder: string;
  /** Where Docker sees that folder; the same path where left out. */
  readonly hostStartFolder?: string | undefined;
  /** A made-up table; else what nvidia-smi tells, where Docker has NVIDIA's runtime. */
  readonly devices?: readonly Device[] | undefined;
  /** After how much Docker begins another file of a container's log, of which it keeps two; as its `max-size`. */
  readonly logFileSize?: string | undefined;
  readonly log: Logger;
}

/** Well above what is kept of a log, so that a follower can fall behind and a disk cannot fill without end. */
const LOG_FILE_SIZE = "4g";

/** A Docker that hangs must not hold up the end of the server. */
const CLOSE_MS = 5000;

/** Runs each replica as a container of one Docker daemon. A workload is its attempt's id: whatever carries it as a label is part of it. */
export class DockerEngine implements Engine {
  readonly name: string;
  readonly kind = "docker";
  readonly #options: DockerEngineOptions;
  readonly #docker: Dockerode;
  readonly #networks: Networks;
  readonly #guard: StartGuard;
  readonly #pauses: PausePool;
  readonly #listing: Listing;
  readonly #stops: Stops;
  /** As Docker last told; another daemon may answer after this one ended. */
  #known: { readonly daemon: Daemon; readonly machine: Machine } | undefined;

  constructor(options: DockerEngineOptions) {
    const { name, docker, installation, startFolder, log } = options;
    this.name = name;
    this.#options = options;
    this.#docker = docker;
    this.#networks = new Networks(options);
    this.#guard = new StartGuard(startFolder, options.hostStartFolder ?? startFolder);
    this.#pauses = new PausePool(options);
    const onStarted = (attempt: string, replica: string) => this.#guard.close(attempt, replica);
    this.#listing = new Listing({ docker, installation, onStarted });
    this.#stops = new Stops(docker, log);
  }

  async daemon(signal?: AbortSignal): Promise<Daemon> {
    return (this.#known ?? (await this.#read(signal))).daemon;
  }

  /** The attempt's id names it. */
  async prepare(workload: Workload, signal?: AbortSignal): Promise<string> {
    const context = {
      docker: this.#docker,
      installation: this.#options.installation,
      networks: this.#networks,
      guard: this.#guard,
      pauses: this.#pauses,
      machine: await this.#machine(signal),
      logFileSize: this.#options.logFileSize ?? LOG_FILE_SIZE,
    };
    try {
      await prepareWorkload(context, workload, signal);
    } catch (error) {
      // A network with a container that waits in it is not given back.
      if (error instanceof EngineFullError) await this.#pauses.clear();
      throw error;
    }
    return workload.attemptId;
  }

  async start(engineId: string, signal?: AbortSignal): Promise<void> {
    const containers = await containersOf(this.#options, engineId, signal);
    if (
      containers.length === 0 ||
      containers.length < Number(containers[0]?.Labels[LABEL.replicas])
    )
      throw new WorkloadGoneError("The run's containers are not all on the engine.");
    await Promise.all(
      containers.map(async ({ Id, Labels, State }) => {
        if (State === "created") await startContainer(this.#docker, Id, signal);
        await this.#guard.close(engineId, Labels[LABEL.replica] ?? "");
      }),
    );
  }

  async stop(engineId: string, graceSeconds: number): Promise<void> {
    const containers = await containersOf(this.#options, engineId);
    await Promise.all(containers.map(({ Id }) => this.#stops.stop(Id, graceSeconds)));
  }

  async remove(engineId: string): Promise<void> {
    const containers = await containersOf(this.#options, engineId);
    await Promise.all(containers.map((container) => this.#removeContainer(container)));
    await this.#networks.removeGroup(engineId);
    await this.#guard.remove(engineId);
  }

  list(signal?: AbortSignal): Promise<readonly ListedWorkload[]> {
    return this.#listing.list(signal);
  }

  watch(signal: AbortSignal): AsyncIterable<void> {
    const { installation } = this.#options;
    const onEvent = (containerId: string) => this.#listing.noteChange(containerId);
    return watchEvents(this.#docker, { installation, onEvent }, signal);
  }

  logs(
    engineId: string,
    replica: string,
    from: LogPosition,
    signal: AbortSignal,
  ): AsyncIterable<LogPiece> {
    const container = containerName(engineId, replica);
    return containerLogs({ docker: this.#docker, container, signal }, from);
  }

  async resources(
    engineId: string,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, ResourceSample>>> {
    const containers = await containersOf(this.#options, engineId, signal);
    const running = containers.filter(({ State }) => State === "running");
    const samples: Record<string, ResourceSample> = {};
    await Promise.all(
      running.map(async ({ Id, Labels }) => {
        const sample = await sampleContainer(this.#docker, Id, signal);
        if (sample !== undefined) samples[Labels[LABEL.replica] ?? ""] = sample;
      }),
    );
    return samples;
  }

  async capacity(signal?: AbortSignal): Promise<readonly Machine[]> {
    return [(await this.#read(signal)).machine];
  }

  /** For a server that stops: requests under way are left to Docker, and networks that nothing uses are removed. */
  async close(): Promise<void> {
    this.#stops.close();
    const closing = async (): Promise<void> => {
      await Promise.race([this.#pauses.close(), setTimeout(CLOSE_MS, undefined, { ref: false })]);
      await this.#networks.removeUnused(AbortSignal.timeout(CLOSE_MS));
    };
    await closing().catch((error: unknown) => {
      this.#options.log.debug({ error }, "unused networks were left on the engine");
    });
  }

  async #removeContainer({ Id, Labels }: Dockerode.ContainerInfo): Promise<void> {
    // First, as nothing else names it: what is left when the server dies here is removed by whoever removes the rest.
    const pause = Labels[LABEL.pause];
    if (pause !== undefined) await removePause(this.#docker, pause);
    // 409: another request is removing it.
    await askUnless([404, 409], (abortSignal) =>
      this.#docker.getContainer(Id).remove({ force: true, v: true, abortSignal }),
    );
  }

  /** Processors and memory do not change while a daemon runs; reservations are made from a look that is newer. */
  async #machine(signal?: AbortSignal): Promise<Machine> {
    return (this.#known ?? (await this.#read(signal))).machine;
  }

  async #read(signal?: AbortSignal): ReturnType<typeof readMachine> {
    const known = await readMachine(this.#docker, this.#options.devices, signal);
    this.#known = known;
    return known;
  }
}
