import type { Experiment } from "./experiment.ts";
import type { Manifest } from "./manifest.ts";
import type { PlannedReplica } from "./run.ts";

/** What of the experiment the replicas' environment tells. */
export type PlanSource = Pick<
  Experiment,
  "id" | "number" | "projectId" | "projectSlug" | "name" | "source" | "params" | "parentId"
>;

/** Manifest → the replicas of a run and how they find each other. Pure. */
export interface Planner {
  /** Throws UnsupportedError for an operator that it does not know. */
  plan(manifest: Manifest, experiment: PlanSource): readonly PlannedReplica[];
}
