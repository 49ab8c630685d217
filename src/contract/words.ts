/** The words of the product, for programs that read answers and need no schemas. */
export {
  EXPERIMENT_STATUSES,
  type ExperimentStatus,
  type Step,
  STEPS,
  type StepStatus,
} from "../core/experiment.ts";
export type { RunState } from "../core/run.ts";
