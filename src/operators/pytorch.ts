import { coordinatorOf, masterVariables } from "./coordinator.ts";
import { planEach, type Plan } from "./replicas.ts";

/** Kubeflow's. */
const PORT = 23456;

/**
 * Rank 0 is the master. WORLD_SIZE counts containers, as in Kubeflow; torchrun, which starts a process for each device,
 * reads its own options from PET_… and gives its processes a RANK and a WORLD_SIZE that count them.
 */
export const planPytorch: Plan = (manifest, source) =>
  planEach(manifest, source, (place, all) => ({
    env: {
      ...masterVariables(place, all, PORT),
      PET_NNODES: String(all.length),
      PET_NODE_RANK: String(place.rank),
      PET_MASTER_ADDR: coordinatorOf(all),
      PET_MASTER_PORT: String(PORT),
    },
  }));
