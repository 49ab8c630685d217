import type { ChangeAnswer } from "../../contract/change.ts";
import type { Experiment } from "../../core/experiment.ts";
import { statusOf } from "../../core/lifecycle.ts";

export function presentChange(experiment: Experiment): ChangeAnswer {
  return {
    id: experiment.id,
    number: experiment.number,
    project: { id: experiment.projectId, slug: experiment.projectSlug },
    status: statusOf(experiment.step, experiment.stepStatus),
    step: experiment.step,
    stepStatus: experiment.stepStatus,
    note: experiment.note ?? null,
  };
}
