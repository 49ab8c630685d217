import { planEach, type Plan } from "./replicas.ts";

/** Groups of equal jobs, each of equal replicas, that know their place and nothing more. */
export const planJobset: Plan = (manifest, source) => {
  const { types } = manifest.spec;
  const jobs = types.reduce((total, { count }) => total + count, 0);
  return planEach(manifest, source, ({ type, index }) => {
    const before = types.slice(0, types.indexOf(type));
    const job = Math.floor(index / type.completions);
    // As JobSet counts: jobs, not the replicas in them.
    return {
      env: {
        JOB_INDEX: String(job),
        JOB_GLOBAL_INDEX: String(before.reduce((total, { count }) => total + count, job)),
        JOB_COMPLETION_INDEX: String(index % type.completions),
        REPLICATED_JOB_NAME: type.name,
        REPLICATED_JOB_REPLICAS: String(type.count),
        GLOBAL_REPLICAS: String(jobs),
      },
    };
  });
};
