import { UnsupportedError } from "../core/errors.ts";
import type { Operator } from "../core/manifest.ts";
import type { Planner } from "../core/operator.ts";
import { planBatchjob } from "./batchjob.ts";
import { planJax } from "./jax.ts";
import { planJobset } from "./jobset.ts";
import { planKubeRay } from "./kuberay.ts";
import { planPytorch } from "./pytorch.ts";
import type { Plan } from "./replicas.ts";
import { planTf } from "./tf.ts";
import { planXgboost } from "./xgboost.ts";

/** Slurm and Vertex AI are engines of their own: no engine here has a plan for them. */
const PLANS: Readonly<Record<Operator, Plan | undefined>> = {
  jobset: planJobset,
  batchjob: planBatchjob,
  pytorch: planPytorch,
  jax: planJax,
  xgboost: planXgboost,
  tf: planTf,
  kuberay: planKubeRay,
  ray: planKubeRay,
  slurm: undefined,
  vertexai: undefined,
};

/** Plans the replicas of a run by the manifest's operator. */
export function createPlanner(): Planner {
  return {
    plan: (manifest, source) => {
      const { operator } = manifest.spec;
      const plan = PLANS[operator];
      if (plan !== undefined) return plan(manifest, source);
      throw new UnsupportedError(`The operator ${operator} is not available yet; use jobset.`);
    },
  };
}
