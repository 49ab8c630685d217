import type { Cause } from "./cause.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Manifest, Warning } from "./manifest.ts";

/** The steps of an experiment's pipeline, in order. */
export const STEPS = [
  "Waiting",
  "Cloning",
  "Building",
  "Submitting",
  "Running",
  "Completed",
] as const;
export type Step = (typeof STEPS)[number];

export const STEP_STATUSES = ["Initialize", "Running", "Succeeded", "Failed", "Cancelled"] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export const EXPERIMENT_STATUSES = [
  "Created",
  "Processing",
  "Succeeded",
  "Failed",
  "Cancelled",
] as const;
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];

/** Why a step failed, in words for the person who pushed. */
export interface StepException {
  /** One word that programs can tell apart: "ManifestInvalid", "BuildFailed", "ExitCode", "Timeout", … */
  readonly kind: string;
  /** A sentence that says what happened and what to do. */
  readonly message: string;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly hint?: string | undefined;
  /** The last lines of the log, masked. */
  readonly logTail?: string | undefined;
  /** RFC 3339; filled in by the store where it is left out. */
  readonly at?: string | undefined;
}

export interface Author {
  readonly name: string;
  readonly email: string;
}

/** What the experiment is an execution of. */
export interface ExperimentSource {
  readonly kind: "commit" | "archive";
  /** 40 hex digits; an archive has the commit that it was based on, if any. */
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  readonly message: string;
  readonly author: Author | undefined;
}

/** What a resubmit, a submission or the commit's trailers say instead of the manifest. */
export interface Overrides {
  readonly params?: Readonly<Record<string, Json>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly command?: string | undefined;
  readonly resources?: Readonly<Record<string, Json>> | undefined;
  readonly engine?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly priority?: number | undefined;
  readonly name?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Build even where an image with the same key is there. */
  readonly freshBuild?: boolean | undefined;
}

export interface Image {
  readonly name: string;
  /** The content address: the daemon's image id, or a registry's digest. */
  readonly digest: string;
  /** Whether no build was needed, and whose build it was. */
  readonly reused: boolean;
  /** Which daemon holds it. */
  readonly daemon: string;
}

/** What Waiting found that the experiment must wait for. */
export interface Conditions {
  readonly priority: number;
  readonly engine: string;
  /** What the manifest calls it: others need it by this name before it is cloned. */
  readonly name?: string | undefined;
  /** Experiments that must have Succeeded. */
  readonly needs: readonly string[];
  /** Of them, those whose outputs it sees: one for each of the manifest's inputs, in their order. */
  readonly inputs?: readonly string[] | undefined;
  readonly approval: boolean;
  readonly concurrency:
    | {
        readonly group: string;
        readonly limit: number;
        readonly cancel: "none" | "queued" | "running";
      }
    | undefined;
}

export const NO_CONDITIONS = { needs: [], approval: false, concurrency: undefined } as const;

/** What is requested over all replicas of all runs. */
export interface RequestedResources {
  readonly cpus: number;
  readonly gpus: number;
  readonly memoryGb: number;
}

export type TriggeredBy = "push" | "submit" | "resubmit" | "schedule";

/** What the steps have found out so far; each is set once by the step that is named. */
export interface Facts {
  /** Waiting */
  readonly conditions: Conditions | undefined;
  /** Cloning: the key of the source archive in the object store. */
  readonly sourceArchive: string | undefined;
  readonly manifestPath: string | undefined;
  /** Cloning: as written. */
  readonly manifestText: string | undefined;
  /** Cloning: as resolved, overrides applied. */
  readonly manifest: Manifest | undefined;
  readonly warnings: readonly Warning[];
  readonly resources: RequestedResources | undefined;
  /** Building */
  readonly image: Image | undefined;
}

/**
 * What a step found out: its facts, and what the manifest says of the experiment itself. Name, description, tags and
 * fields are stored below what people said, at its submission or since.
 */
export type Found = Partial<
  Facts &
    Pick<Experiment, "name" | "description" | "tags" | "params" | "fields" | "engine" | "priority">
>;

/** One execution of one manifest at one commit (or archive). */
export interface Experiment extends Facts, Cause {
  readonly id: string;
  /** Grows with creation, over all projects: the order of lists and queues. */
  readonly sequence: number;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly number: number;
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly fields: JsonObject;
  /** Grows with each write of the fields: their ETag. */
  readonly fieldsVersion: number;
  readonly source: ExperimentSource;
  /** Which manifest was asked for, as in `exp[<selector>]`; undefined means manifest.yaml in the root. */
  readonly manifestSelector: string | undefined;
  readonly overrides: Overrides;
  readonly engine: string;
  readonly priority: number;

  readonly step: Step;
  readonly stepStatus: StepStatus;
  /** The platform's tries of this step, from 1. */
  readonly stepAttempt: number;
  readonly note: string | undefined;
  readonly exception: StepException | undefined;

  readonly cancelRequestedAt: Date | undefined;
  readonly cancelKill: boolean;
  /** Why, where the platform itself asked for the end. */
  readonly cancelReason: string | undefined;
  readonly approvedAt: Date | undefined;
  /** The scheduler let it out of Waiting; it holds a slot of its project from then until it has finished. */
  readonly admittedAt: Date | undefined;

  readonly parentId: string | undefined;
  readonly createdBy: string | undefined;
  readonly triggeredBy: TriggeredBy;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly archivedAt: Date | undefined;
  /** Its logs were kept long enough, and are gone. */
  readonly logsRemovedAt: Date | undefined;
}

/** What a step may count on when it is entered. */
export interface FactsAt {
  Waiting: object;
  Cloning: object;
  Building: { readonly manifest: Manifest; readonly sourceArchive: string };
  Submitting: FactsAt["Building"] & { readonly image: Image };
  Running: FactsAt["Submitting"];
  Completed: FactsAt["Submitting"];
}
export type ExperimentAt<S extends Step> = Experiment & FactsAt[S];

export interface NewExperiment extends Partial<Cause> {
  readonly projectId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly fields?: JsonObject | undefined;
  readonly source: ExperimentSource;
  readonly manifestSelector?: string | undefined;
  readonly overrides?: Overrides | undefined;
  readonly engine: string;
  readonly priority?: number | undefined;
  readonly parentId?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly triggeredBy: TriggeredBy;
  /** A resubmit takes these over from its parent. */
  readonly sourceArchive?: string | undefined;
  /** Makes a repeated explicit submission safe. */
  readonly idempotency?: Idempotency | undefined;
}

/** A key that a client chose, and a hash of what it sent with it. */
export interface Idempotency {
  readonly key: string;
  readonly fingerprint: string;
}

/** One change of one step, as kept in the history. */
export interface StepChange {
  readonly step: Step;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly note: string | undefined;
  readonly exception: StepException | undefined;
  readonly at: Date;
}

/** A step as the API shows it, derived from the history. */
export interface StepView {
  readonly name: Step;
  readonly status: StepStatus;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly attempt: number;
  readonly note: string | undefined;
  readonly exception: StepException | undefined;
}

/** A move: the experiment's new step and status, and what is recorded with it. */
export interface Move {
  readonly step: Step;
  readonly status: StepStatus;
  readonly facts?: Found | undefined;
  readonly note?: string | undefined;
  readonly exception?: StepException | undefined;
  /** The status that the step which is left behind gets in the history; none when the step stays the same. */
  readonly leaves?: {
    readonly step: Step;
    readonly status: StepStatus;
    readonly note?: string | undefined;
  };
  /** Steps between the new one and the one that is left behind, which are to be done again: Initialize in the history. */
  readonly undoes?: readonly Step[];
}
