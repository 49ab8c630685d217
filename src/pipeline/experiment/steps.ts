import type { Experiment, Step } from "../../core/experiment.ts";
import { factsAt } from "../../core/lifecycle.ts";
import type { Ports } from "../../core/ports.ts";
import { replacePassingNote } from "../passing-notes.ts";
import { building } from "./building.ts";
import { cloning } from "./cloning.ts";
import { completed } from "./completed.ts";
import { running } from "./running.ts";
import type { StepResult } from "./step-result.ts";
import { submitting } from "./submitting.ts";
import { waiting } from "./waiting.ts";

/** These may take long; the others write their note with what they found. */
const WORKS: readonly Step[] = ["Cloning", "Building", "Submitting", "Completed"];

/** Does the experiment's current step. The state machine is this folder: one file a step. */
export async function doStep(
  ports: Ports,
  experiment: Experiment,
  signal: AbortSignal,
): Promise<StepResult> {
  if (WORKS.includes(experiment.step)) await replacePassingNote(ports, experiment);
  switch (experiment.step) {
    case "Waiting":
      return waiting(ports, factsAt(experiment, "Waiting"), signal);
    case "Cloning":
      return cloning(ports, factsAt(experiment, "Cloning"), signal);
    case "Building":
      return building(ports, factsAt(experiment, "Building"), signal);
    case "Submitting":
      return submitting(ports, factsAt(experiment, "Submitting"), signal);
    case "Running":
      return running(ports, factsAt(experiment, "Running"));
    case "Completed":
      return completed(ports, factsAt(experiment, "Completed"));
  }
}
