import type { Machine } from "./engine.ts";
import type { ConcurrencyGroup, ReplicaResources } from "./manifest.ts";
import type { ReservedReplica } from "./run.ts";
import type { InLine } from "./turn.ts";

/** An experiment in Waiting whose needs and approval are met. */
export interface WaitingExperiment extends InLine {
  readonly id: string;
  readonly projectId: string;
  readonly concurrency: ConcurrencyGroup | undefined;
}

/** An unfinished experiment of a concurrency group. */
export interface GroupMember {
  readonly id: string;
  readonly number: number;
  readonly sequence: number;
  readonly cancel: ConcurrencyGroup["cancel"];
  /** Admitted: it counts against the group's limit. */
  readonly isActive: boolean;
  /** Its end was asked for. */
  readonly isLeaving: boolean;
}

/** A run in Queueing without a reservation. */
export interface QueueingRun extends InLine {
  readonly id: string;
  readonly attemptId: string;
  readonly experimentId: string;
  readonly engine: string;
  /** The Docker daemon that has its image. */
  readonly daemon?: string | undefined;
  /** Since it last began to wait for the engine. */
  readonly queuedSeconds: number;
  readonly replicas: readonly { readonly name: string; readonly resources: ReplicaResources }[];
}

export interface EngineSnapshot {
  readonly name: string;
  /** undefined: it does not answer, so nothing is known and nothing is given out. */
  readonly machines: readonly Machine[] | undefined;
  /** Why nothing new is admitted now ("paused by …", "the disk is 91 % full"); undefined where it takes work. */
  readonly closed: string | undefined;
  readonly reservations: readonly ReservedReplica[];
}

/** All that the scheduler knows when it decides; read in one statement under its lock. */
export interface Snapshot {
  /** Why the server as a whole takes nothing new now; undefined where it does. */
  readonly closed: string | undefined;
  /** Experiments between Waiting and their end at one time, over all projects; undefined is no limit. */
  readonly maxActive: number | undefined;
  readonly active: number;
  readonly projects: readonly {
    readonly id: string;
    readonly slug: string;
    readonly maxActive: number | undefined;
    readonly active: number;
  }[];
  /** Those in which somebody waits. */
  readonly groups: readonly {
    readonly projectId: string;
    readonly group: string;
    readonly members: readonly GroupMember[];
  }[];
  readonly waiting: readonly WaitingExperiment[];
  readonly queueing: readonly QueueingRun[];
  readonly engines: readonly EngineSnapshot[];
}

export interface Admission {
  /** Experiments that leave Waiting. */
  readonly admitted: readonly string[];
  /** Experiments that stay, each with its reason and position. */
  readonly held: readonly { readonly experimentId: string; readonly reason: string }[];
  /** Experiments that a newer one of their concurrency group takes the place of: they are cancelled with this reason. */
  readonly superseded: readonly {
    readonly experimentId: string;
    readonly projectId: string;
    readonly reason: string;
  }[];
  readonly reserved: readonly {
    readonly runId: string;
    readonly experimentId: string;
    readonly attemptId: string;
    readonly reservation: readonly ReservedReplica[];
  }[];
  readonly queued: readonly {
    readonly runId: string;
    readonly experimentId: string;
    readonly reason: string;
  }[];
}

/** Somebody wants nothing new to start, on an engine or at all. */
export interface Hold {
  /** "paused by ada": who holds it, as part of a sentence. */
  readonly reason: string;
  /** Somebody waits until nothing runs any more. */
  readonly drain: boolean;
}

/** The rows behind the scheduler's decisions. */
export interface AdmissionStore {
  snapshot(): Promise<
    Omit<Snapshot, "closed" | "maxActive" | "engines"> & {
      readonly reservations: readonly (ReservedReplica & {
        readonly engine: string;
        readonly daemon: string | undefined;
      })[];
    }
  >;
  /** What is held now: the queue as a whole, and engines by their name. */
  holds(): Promise<{
    readonly queue: Hold | undefined;
    readonly engines: ReadonlyMap<string, Hold>;
  }>;
  /** Without an engine it is the queue as a whole; undefined lets it go on. */
  setHold(engine: string | undefined, hold: Hold | undefined): Promise<void>;
  /** Experiments on which something is being done: admitted and not at their end, but for those that only wait for an engine. */
  busy(): Promise<number>;
  /** Experiments whose runs an engine has, or is about to get, with what they say now; by `daemons` as in RunStore.liveOn. */
  onEngine(
    engine: string,
    daemons?: readonly string[],
  ): Promise<readonly { readonly id: string; readonly note: string | undefined }[]>;
}
