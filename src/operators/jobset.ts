import type { Manifest, ReplicaType } from "../core/manifest.ts";
import type { PlanSource } from "../core/operator.ts";
import type { PlannedReplica } from "../core/run.ts";
import { environment } from "./variables.ts";

/** Groups of equal jobs, each of equal replicas, that know their place and nothing more. */
export function planJobset(manifest: Manifest, source: PlanSource): readonly PlannedReplica[] {
  const { types } = manifest.spec;
  const jobs = types.reduce((total, { count }) => total + count, 0);
  return types.flatMap((type, position) => {
    const jobsBefore = types.slice(0, position).reduce((total, { count }) => total + count, 0);
    return Array.from({ length: type.count * type.completions }, (_, index) =>
      replica(type, index, {
        variables: (own) => environment(manifest, source, type.resources.cpus, own),
        jobsBefore,
        jobs,
      }),
    );
  });
}

function replica(
  { name, count, completions, resources }: ReplicaType,
  index: number,
  run: {
    readonly variables: (own: PlannedReplica["env"]) => PlannedReplica["env"];
    readonly jobsBefore: number;
    readonly jobs: number;
  },
): PlannedReplica {
  const job = Math.floor(index / completions);
  const env = run.variables({
    // As JobSet counts: jobs, not the replicas in them.
    JOB_INDEX: String(job),
    JOB_GLOBAL_INDEX: String(run.jobsBefore + job),
    JOB_COMPLETION_INDEX: String(index % completions),
    REPLICATED_JOB_NAME: name,
    REPLICATED_JOB_REPLICAS: String(count),
    GLOBAL_REPLICAS: String(run.jobs),
  });
  return { name: `${name}-${index}`, type: name, index, env, resources };
}
