/** A value at a step. NaN and the infinities are values, too: a loss that became one is what somebody wants to see. */
export interface MetricPoint {
  readonly step: number;
  readonly value: number;
}

/** reported: by the program; resource: what a replica used, measured by the platform, with the time in ms as its step. */
export type MetricKind = "reported" | "resource";

/** New points of one name of a run. */
export interface MetricPart {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  /** What a newer one reports replaces everything that older ones reported from its first step on. */
  readonly generation: number;
  readonly points: readonly MetricPoint[];
}

/** One name of a run. */
export interface Metric {
  readonly name: string;
  /** Its final value where there is one, else that of the last step. */
  readonly value: number;
  /** Of the greatest step; undefined where there is only a final value. */
  readonly last: MetricPoint | undefined;
  /** By step. */
  readonly points: readonly MetricPoint[];
}

/** How much of a run's metrics file is stored. */
export interface MetricFile {
  readonly read: number;
  readonly lines: number;
  /** Lines that say nothing: no JSON object, or no number in it. */
  readonly skipped: number;
  /** The bytes before `read`, in hex. */
  readonly before: string;
  readonly generation: number;
}

/** Whose metrics are read, and where its outputs are. */
export interface MetricSource {
  readonly runId: string;
  readonly experimentId: string;
  readonly projectId: string;
  readonly projectSlug: string;
  /** The number of the run's attempt. */
  readonly attempt: number;
}

/** So many names of a run are kept; what comes under others is not. */
export const MOST_METRICS: Readonly<Record<MetricKind, number>> = { reported: 200, resource: 1000 };
/** So many points of a name are kept before they are thinned. */
export const MOST_POINTS = 6000;

export interface MetricStore {
  /** Of a step that is there already, the value becomes the new one: safe to repeat. Answers the names that were too many. */
  add(kind: MetricKind, parts: readonly MetricPart[]): Promise<readonly string[]>;
  /** What a run says at its end. */
  setFinals(
    run: Pick<MetricSource, "runId" | "experimentId">,
    values: Readonly<Record<string, number>>,
  ): Promise<void>;
  file(runId: string): Promise<MetricFile | undefined>;
  /** Answers false, and changes nothing, where somebody else has read on since. */
  advanceFile(runId: string, from: MetricFile | undefined, to: MetricFile): Promise<boolean>;
  /** Whose these runs are; those that are not there are left out. */
  sources(runIds: readonly string[]): Promise<readonly MetricSource[]>;
  sourcesOf(experimentId: string): Promise<readonly MetricSource[]>;
  /** Of all runs of an experiment, for good. */
  remove(experimentId: string): Promise<void>;
  /** A run's, by name, with the points of those that are named; undefined is all of them. */
  ofRun(runId: string, kind: MetricKind, names?: readonly string[]): Promise<readonly Metric[]>;
  /** The values of several experiments, by name, for a list. */
  valuesOf(
    experimentIds: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>;
}
