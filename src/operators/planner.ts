import { UnsupportedError } from "../core/errors.ts";
import type { Planner } from "../core/operator.ts";
import { planJobset } from "./jobset.ts";

/** Plans the replicas of a run by the manifest's operator. */
export function createPlanner(): Planner {
  return {
    plan: (manifest, source) => {
      const { operator } = manifest.spec;
      if (operator === "jobset") return planJobset(manifest, source);
      throw new UnsupportedError(`The operator ${operator} is not available yet; use jobset.`);
    },
  };
}
