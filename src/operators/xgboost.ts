import { masterVariables } from "./coordinator.ts";
import { planEach, type Plan } from "./replicas.ts";

/** Kubeflow's, for the tracker of rank 0 as for the workers. */
const PORT = 9999;

/** Rank 0 runs the tracker. The addresses of the others are for LightGBM, which has none; alone there are no others. */
export const planXgboost: Plan = (manifest, source) =>
  planEach(manifest, source, (place, all) => {
    const others = all.slice(1).map(({ name }) => name);
    return {
      env: {
        ...masterVariables(place, all, PORT),
        ...(others.length > 0 && { WORKER_PORT: String(PORT), WORKER_ADDRS: others.join(",") }),
      },
    };
  });
