import type { Cause } from "./cause.ts";
import type { EngineKind, ReplicaResources } from "./manifest.ts";

/** A folder of the machine that a replica sees. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** The project's volume that it is: somebody named its folder, which may not be there. */
  readonly volume?: string | undefined;
}

export interface WorkloadReplica {
  /** `worker-0`: its peers reach it by this name. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs instead of the workload's. */
  readonly command?: string | undefined;
  readonly resources: ReplicaResources;
  /** Ids of the devices reserved for it. */
  readonly devices: readonly string[];
}

/** What an engine is handed for one attempt of a run. */
export interface Workload extends Partial<Cause> {
  readonly attemptId: string;
  readonly runId: string;
  readonly experimentId: string;
  readonly projectId: string;
  /** The image's id or digest. */
  readonly image: string;
  /** Runs as `sh -c <command>`, replacing the image's ENTRYPOINT. */
  readonly command: string;
  readonly replicas: readonly WorkloadReplica[];
  readonly mounts: readonly Mount[];
  readonly graceSeconds: number;
  readonly internet: boolean;
}

export type ReplicaState =
  | { readonly kind: "prepared" }
  | { readonly kind: "running"; readonly startedAt: string }
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly outOfMemory: boolean;
      readonly startedAt: string | undefined;
      readonly finishedAt: string | undefined;
      /** Why it could not be started, where it never ran: "exec: no such file". */
      readonly error?: string | undefined;
    };

/** A workload as the engine knows it. Times are RFC 3339. */
export type Observation =
  /** Made, and inert. */
  | { readonly kind: "prepared"; readonly replicas: Readonly<Record<string, ReplicaState>> }
  | { readonly kind: "running"; readonly replicas: Readonly<Record<string, ReplicaState>> }
  /** Every replica has ended. Where one failed while others run it is `running`: who looks decides what becomes of them. */
  | { readonly kind: "exited"; readonly replicas: Readonly<Record<string, ReplicaState>> }
  /** It was there and is gone without an ending. */
  | { readonly kind: "lost"; readonly replicas: Readonly<Record<string, ReplicaState>> };

export interface ListedWorkload {
  readonly engineId: string;
  readonly attemptId: string;
  readonly observation: Observation;
}

export interface Device {
  /** Unique on the engine. */
  readonly id: string;
  /** As the vendor names it. */
  readonly product: string;
  /** Other names that manifests use for it. */
  readonly aliases: readonly string[];
}

/** A Docker daemon. What one has made, images and containers, no other one has. */
export interface Daemon {
  /** Docker's own Info.ID. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
}

export interface Machine {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly devices: readonly Device[];
}

export interface LogPiece {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
  /** On a piece without bytes: by what the engine knows its own log's beginning, from which positions count. */
  readonly origin?: string | undefined;
}

/** How far a replica's output was read. */
export interface LogPosition {
  /** Raw bytes of each stream. */
  readonly stdout: number;
  readonly stderr: number;
  /** Of the pieces read so far; undefined where none told it. */
  readonly origin?: string | undefined;
}

/** One measurement of one replica. */
export interface ResourceSample {
  readonly at: string;
  /** Cores in use. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkReceivedBytes: number;
  readonly networkSentBytes: number;
  /** Devices in use of those that are its own, 0.5 of one that is busy half of the time; undefined where it has none. */
  readonly gpus?: number | undefined;
  readonly gpuMemoryBytes?: number | undefined;
}

/**
 * Where runs execute. Gone is an answer (`lost`); not reachable is an error (EngineUnreachableError).
 * A field that it cannot honour throws UnsupportedError before anything exists.
 */
export interface Engine {
  readonly name: string;
  readonly kind: EngineKind;

  /**
   * The Docker daemon that has its workloads, as it last answered: asked only where it never has. undefined where every
   * server reaches them.
   */
  daemon(signal?: AbortSignal): Promise<Daemon | undefined>;

  /** Makes an inert workload, or finds the one that this attempt has, and returns the engine's name for it. */
  prepare(workload: Workload, signal?: AbortSignal): Promise<string>;

  /** Starts what was prepared. Starting twice runs it once, also after it has ended. Throws WorkloadGoneError where it is not there. */
  start(engineId: string, signal?: AbortSignal): Promise<void>;

  /** SIGTERM, then SIGKILL after the grace; returns when asked for, not when over. Safe to repeat, also when it is gone. */
  stop(engineId: string, graceSeconds: number): Promise<void>;

  /** Removes the workload and everything that was made for it. Safe to repeat. Its logs are gone after this. */
  remove(engineId: string): Promise<void>;

  /** All workloads of this installation, in one answer. */
  list(signal?: AbortSignal): Promise<readonly ListedWorkload[]>;

  /**
   * Yields once when it listens, then whenever something may have changed; a hint, never the truth. Who lists after the
   * first one misses nothing. Ends with EngineUnreachableError when the connection does, and quietly when aborted.
   */
  watch(signal: AbortSignal): AsyncIterable<void>;

  /**
   * A replica's output, live, from a position on. Where the engine has removed its log's beginning, a piece tells another
   * origin, and all that is left follows. Ends when the replica has ended and all was read, and in no other way: it throws
   * the signal's reason when aborted, EngineUnreachableError when the connection ended (go on from where it was),
   * WorkloadGoneError where the replica is not there.
   */
  logs(
    engineId: string,
    replica: string,
    from: LogPosition,
    signal: AbortSignal,
  ): AsyncIterable<LogPiece>;

  /** One sample per replica that runs. */
  resources(
    engineId: string,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, ResourceSample>>>;

  /** The machines that take new work now. */
  capacity(signal?: AbortSignal): Promise<readonly Machine[]>;
}
