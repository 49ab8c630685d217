import type { ExperimentItem } from "../../contract/experiment.ts";
import type { Step } from "../../contract/words.ts";

/** Whose log is looked at while an experiment stands in a step. */
const LOGGED: Readonly<Record<Step, Step>> = {
  Waiting: "Cloning",
  Cloning: "Cloning",
  Building: "Building",
  Submitting: "Building",
  Running: "Running",
  Completed: "Running",
};

/** The steps that write logs. */
export const LOGGED_STEPS = ["Cloning", "Building", "Running"] as const satisfies readonly Step[];

/** The log that moves on with the experiment by itself. */
export const stepToFollow = ({ step }: Pick<ExperimentItem, "step">): Step => LOGGED[step];
