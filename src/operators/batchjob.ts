import { planEach, type Plan } from "./replicas.ts";

/** Kubernetes' indexed job: equal replicas, each with its number, that need not know each other. */
export const planBatchjob: Plan = (manifest, source) =>
  planEach(manifest, source, ({ index }) => ({ env: { JOB_COMPLETION_INDEX: String(index) } }));
