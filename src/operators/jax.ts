import { coordinatorOf } from "./coordinator.ts";
import { planEach, type Plan } from "./replicas.ts";

const PORT = 1234;

/** What `jax.distributed.initialize` is given; process 0 is the coordinator. */
export const planJax: Plan = (manifest, source) =>
  planEach(manifest, source, ({ rank }, all) => ({
    env: {
      JAXOPERATOR_COORDINATOR_ADDRESS: `${coordinatorOf(all)}:${PORT}`,
      JAXOPERATOR_COORDINATOR_HOST: coordinatorOf(all),
      JAXOPERATOR_NUM_PROCESSES: String(all.length),
      JAXOPERATOR_PROCESS_ID: String(rank),
    },
  }));
