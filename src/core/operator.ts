import type { Experiment } from "./experiment.ts";
import type { Manifest } from "./manifest.ts";
import type { PlannedReplica } from "./run.ts";

/** What of the experiment the replicas' environment tells. */
export type PlanSource = Pick<
  Experiment,
  "id" | "number" | "projectId" | "projectSlug" | "name" | "source" | "params" | "parentId"
> & {
  /** The project's own variables; the manifest's `env` wins over them. */
  readonly projectEnv?: Readonly<Record<string, string>> | undefined;
  /** The repository's address, without credentials. */
  readonly repository?: string | undefined;
  /** The run's name, where an experiment has several: each gets a seed of its own. */
  readonly run?: string | undefined;
};

/** Options of `ray start` that say what a node is and where; a manifest's own have no effect. */
export const RAY_START_OURS = [
  "head",
  "address",
  "port",
  "block",
  "dashboard-host",
  "dashboard-port",
] as const;

/** Manifest → the replicas of a run and how they find each other. Pure. */
export interface Planner {
  /** Of a manifest whose parameters are resolved. Throws UnsupportedError for an operator that it does not know. */
  plan(manifest: Manifest, experiment: PlanSource): readonly PlannedReplica[];
}
