import type { ExperimentCondition } from "./experiment-condition.ts";
import type {
  Conditions,
  Experiment,
  ExperimentStatus,
  Move,
  NewExperiment,
  Step,
  StepChange,
} from "./experiment.ts";
import type { JsonObject } from "./json.ts";

/** The orders of the list, each with an index of its own; - is the other way round. What is not finished finishes last. */
export const EXPERIMENT_ORDERS = [
  "-createdAt",
  "createdAt",
  "name",
  "-name",
  "-finishedAt",
  "finishedAt",
] as const;
/** By the value of a metric. What has not reported it, or has NaN there, is not in this list. */
export type MetricOrder = `metric.${string}` | `-metric.${string}`;
export type ExperimentOrder = (typeof EXPERIMENT_ORDERS)[number] | MetricOrder;

export const isMetricOrder = (text: string): text is MetricOrder => /^-?metric\../.test(text);

export interface ExperimentFilter {
  readonly projectId?: string | undefined;
  readonly engine?: string | undefined;
  readonly status?: readonly ExperimentStatus[] | undefined;
  readonly step?: Step | undefined;
  readonly branch?: string | undefined;
  /** Part of the author's name or e-mail address. */
  readonly author?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  /** Words of name, message, branch, commit. */
  readonly query?: string | undefined;
  /** false (default): not archived; true: only archived; undefined of a caller that wants both is "all". */
  readonly archived?: boolean | "all" | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly parentId?: string | undefined;
  /** All of them. */
  readonly conditions?: readonly ExperimentCondition[] | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; undefined on the last page. */
  readonly nextCursor: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ExperimentStore {
  /**
   * Numbers it within its project and writes the first history row. Undefined when a push has made one of this (project,
   * commit, manifest) before, or a submission one with this idempotency key: one that is just being made is waited for.
   */
  create(experiment: NewExperiment): Promise<Experiment | undefined>;
  find(id: string): Promise<Experiment | undefined>;
  /** Since it was first looked at, by the database's clock; 0 before. */
  waitedSeconds(id: string): Promise<number>;
  /** By uuid, unique prefix of at least 6 characters, `project#12`, `project/12`, or name; several matches throw AmbiguousError. */
  resolve(reference: string): Promise<Experiment | undefined>;
  /** The newest of that name in the project. */
  newestNamed(projectId: string, name: string): Promise<Experiment | undefined>;
  /** The number of the project's oldest before this one whose manifest nobody has looked at: it may have any name. */
  firstUnread(before: Pick<Experiment, "projectId" | "sequence">): Promise<number | undefined>;
  /** Of these, those whose cancel was asked for. */
  cancelRequestedOf(ids: readonly string[]): Promise<readonly string[]>;
  /** What a push made of this commit and manifest, also after it was deleted. */
  findPushed(
    projectId: string,
    commit: string,
    manifestSelector: string | undefined,
  ): Promise<{ readonly id: string; readonly number: number } | undefined>;
  /** With the fingerprint of what the key was sent with, where it was kept. */
  findByIdempotencyKey(
    projectId: string,
    key: string,
  ): Promise<
    { readonly experiment: Experiment; readonly fingerprint: string | undefined } | undefined
  >;
  /** Newest first, where no order is named. A cursor is good for the order that it was given in. */
  list(
    filter: ExperimentFilter,
    page: PageRequest & { readonly order?: ExperimentOrder | undefined },
  ): Promise<Page<Experiment>>;
  history(id: string): Promise<readonly StepChange[]>;
  /** The histories of several, for a list, in one query. */
  histories(ids: readonly string[]): Promise<ReadonlyMap<string, readonly StepChange[]>>;
  /**
   * Moves from the step and status it was read at, with history; throws StaleExperimentError where somebody else moved
   * it. Answers it as it is then, and for how many seconds the step that it was at has been Running.
   */
  advance(
    experiment: Experiment,
    move: Move,
  ): Promise<{ readonly moved: Experiment; readonly seconds: number }>;
  /** A new note of the running step. */
  note(experiment: Experiment, note: string): Promise<void>;
  /** The same whatever its step: for those who say what they do for it, and tell of it themselves. */
  say(id: string, note: string): Promise<void>;
  /** Notes of many, by the scheduler; answers those that changed. */
  notes(
    notes: readonly { readonly id: string; readonly note: string }[],
  ): Promise<readonly { readonly id: string; readonly projectId: string }[]>;
  /** The platform tries the step again: one more attempt, with the reason. Its status stays. */
  retryStep(experiment: Experiment, note: string): Promise<void>;
  /** Waiting has read what it must wait for; once `ready`, the scheduler may admit it. */
  setConditions(id: string, conditions: Conditions, ready: boolean): Promise<void>;
  /** Answers false where it was asked for before or has finished; `kill` may be added later. The first reason stays. */
  requestCancel(id: string, kill: boolean, reason?: string): Promise<boolean>;
  approve(id: string): Promise<boolean>;
  admit(ids: readonly string[]): Promise<void>;
  update(
    id: string,
    change: {
      readonly name?: string;
      readonly description?: string | undefined;
      readonly tags?: readonly string[];
    },
  ): Promise<void>;
  /** Replaces the fields; undefined when `expectedVersion` is not the present one. */
  setFields(id: string, fields: JsonObject, expectedVersion?: number): Promise<number | undefined>;
  setArchived(id: string, archived: boolean): Promise<void>;
  /** Hides it for good, and its logs and archive are to be removed; its (project, commit, manifest) stays taken. */
  delete(id: string): Promise<void>;
  /** Ids of unfinished experiments that wait for this one. */
  dependents(id: string): Promise<readonly string[]>;
}
