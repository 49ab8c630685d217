import type { Cause } from "./cause.ts";
import type { Observation } from "./engine.ts";
import type { StepException } from "./experiment.ts";
import type { Operator, ReplicaResources } from "./manifest.ts";
import type { SecretVersions } from "./secret.ts";

export const RUN_STATES = [
  "Submitted",
  "Preparing",
  "Queueing",
  "Running",
  "Finalizing",
  "Done",
  "Failed",
  "Cancelled",
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Which state may follow which. A retry goes from Finalizing back to Preparing. */
export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  Submitted: ["Preparing", "Cancelled"],
  Preparing: ["Queueing", "Failed", "Cancelled"],
  Queueing: ["Running", "Finalizing", "Failed", "Cancelled"],
  Running: ["Finalizing", "Failed", "Cancelled"],
  Finalizing: ["Done", "Preparing", "Failed", "Cancelled"],
  Done: [],
  Failed: [],
  Cancelled: [],
};

export function isRunOver(state: RunState): state is "Done" | "Failed" | "Cancelled" {
  return RUN_TRANSITIONS[state].length === 0;
}

/** One replica as planned; its environment lacks only what is known per attempt. */
export interface PlannedReplica {
  /** `<type>-<index>`, from 0: the name by which its peers find it. */
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: ReplicaResources;
  /** Runs instead of the plan's, where replicas have parts of their own. */
  readonly command?: string | undefined;
  /** It is there for the others: stopped once these have all ended well, and how it ends then says nothing. */
  readonly serves?: boolean | undefined;
  /** Where its dashboard is, for its peers. */
  readonly dashboard?: string | undefined;
}

/** Outputs of an earlier experiment that a run sees. */
export interface PlannedInput {
  readonly experimentId: string;
  readonly projectSlug: string;
  /** Within its outputs; empty is all of them. */
  readonly path: string;
  /** Its name below /assay/inputs. */
  readonly as: string;
}

/** What a run is, written once by Submitting. */
export interface RunPlan {
  readonly operator: Operator;
  readonly command: string;
  readonly replicas: readonly PlannedReplica[];
  /** Bounds Running from the first container's start, over all attempts. */
  readonly timeoutSeconds: number;
  readonly queueTimeoutSeconds: number | undefined;
  readonly backoffLimit: number;
  readonly graceSeconds: number;
  /** The secrets that its replicas get as variables; never their values. */
  readonly secrets?: SecretVersions | undefined;
  readonly inputs?: readonly PlannedInput[] | undefined;
}

/** What the scheduler set aside for one replica of an attempt. */
export interface ReservedReplica {
  readonly replica: string;
  readonly machine: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Ids of the devices that are its alone. */
  readonly devices: readonly string[];
}

/** One try of a run. At most one is live. */
export interface Attempt {
  /** Given to the engine as name or label, so that asking twice finds the same workload. */
  readonly id: string;
  readonly runId: string;
  readonly number: number;
  readonly live: boolean;
  readonly engine: string;
  readonly reservation: readonly ReservedReplica[] | undefined;
  /** What the engine calls it; written under the lease before it is started. */
  readonly engineId: string | undefined;
  /** What the observer last saw. */
  readonly observation: Observation | undefined;
  readonly observedAt: Date | undefined;
  /** When the engine was first asked to stop it. */
  readonly stopRequestedAt: Date | undefined;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

export interface Run extends Cause {
  readonly id: string;
  readonly experimentId: string;
  readonly projectId: string;
  readonly name: string;
  readonly engine: string;
  readonly priority: number;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Why it is where it is; Queueing always has one. */
  readonly reason: string | undefined;
  /** The number of the current attempt, from 1; 0 before the first. */
  readonly attempt: number;
  /** Tries that the user's program failed; bounded by the backoff limit. */
  readonly failures: number;
  /** Tries that the platform or a node failed; at most three are forgiven. */
  readonly platformFaults: number;
  readonly cancelRequested: boolean;
  readonly cancelKill: boolean;
  readonly exitCode: number | undefined;
  readonly exception: StepException | undefined;
  readonly createdAt: Date;
  /** When it last began to wait for the engine. */
  readonly queuedAt: Date | undefined;
  /** When the first container of the first attempt started. */
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  /** The database's time when this was read: the other times, and its attempt's, are compared with it and no other clock. */
  readonly asOf: Date;
}

export interface NewRun {
  readonly experimentId: string;
  readonly name: string;
  readonly engine: string;
  readonly priority: number;
  readonly plan: RunPlan;
  /** The Docker daemon that has its image; undefined where every server reaches the engine. */
  readonly daemon?: string | undefined;
  /** SHA-256 of the run's API token, hex. */
  readonly tokenHash: string;
}

export interface RunMove {
  readonly state: RunState;
  readonly reason?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly exception?: StepException | undefined;
  readonly failures?: number | undefined;
  readonly platformFaults?: number | undefined;
}

/** What an attempt has been given of its engine. */
export interface Place {
  readonly attemptId: string;
  readonly reservation: readonly ReservedReplica[];
}

/** What was seen of an attempt's workload. */
export interface Sighting {
  readonly attemptId: string;
  readonly observation: Observation;
}

/** A run with its live attempt; between attempts it has none. */
export interface LiveRun {
  readonly run: Run;
  readonly attempt: Attempt | undefined;
}

export interface RunStore {
  create(run: NewRun): Promise<Run>;
  find(id: string): Promise<Run | undefined>;
  /** Both as they are at one moment. */
  findLive(id: string): Promise<LiveRun | undefined>;
  /** Forgets runs that never ran or lost their image, so that Submitting may plan them again. */
  discard(experimentId: string): Promise<void>;
  ofExperiment(experimentId: string): Promise<readonly Run[]>;
  ofExperiments(experimentIds: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>>;
  /** Moves from the state it was read at, with history, and answers it as it is then; throws StaleExperimentError where somebody else moved it. */
  advance(run: Run, move: RunMove): Promise<LiveRun>;
  /** What each says; one that is over says what it said last. */
  reasons(told: readonly { readonly runId: string; readonly reason: string }[]): Promise<void>;
  /** Answers whether this call was the first to ask. */
  requestCancel(id: string, kill: boolean): Promise<boolean>;
  /** The token's run, while the run is not over. */
  findByTokenHash(tokenHash: string): Promise<Run | undefined>;

  /** A new live attempt; the schema refuses a second one. */
  createAttempt(run: Run): Promise<Attempt>;
  liveAttempt(runId: string): Promise<Attempt | undefined>;
  attempts(runId: string): Promise<readonly Attempt[]>;
  attemptsOf(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>>;
  markStopping(attemptId: string): Promise<void>;
  setEngineId(attemptId: string, engineId: string): Promise<void>;
  /** Written by the scheduler alone. */
  reserve(places: readonly Place[]): Promise<void>;
  /** The attempt is over: no longer live, reservation given back. */
  closeAttempt(attemptId: string): Promise<void>;
  /** Live attempts of an engine that were given to it: those on these Docker daemons, and on none; undefined: on any. */
  liveOn(engine: string, daemons?: readonly string[]): Promise<readonly Attempt[]>;
  /** Written by the observer alone; an ending is written once. */
  observe(sightings: readonly Sighting[]): Promise<void>;
  /** Of these attempt ids, those that are no longer live or were never known. */
  notLive(attemptIds: readonly string[]): Promise<readonly string[]>;
}
