import type { VerbsAnswer } from "../../contract/verbs.ts";
import type { Experiment } from "../../core/experiment.ts";
import { type Answer, experimentCan } from "../../core/lifecycle.ts";

/** Judged here, because what it depends on is more than an answer shows. */
export function presentVerbs(experiment: Experiment): VerbsAnswer {
  return {
    cancel: reasonAgainst(experimentCan.cancel(experiment)),
    kill: reasonAgainst(experimentCan.kill(experiment)),
    resubmit: reasonAgainst(experimentCan.resubmit(experiment)),
    approve: reasonAgainst(experimentCan.approve(experiment)),
    archive: reasonAgainst(experimentCan.archive(experiment)),
    unarchive: reasonAgainst(experimentCan.unarchive(experiment)),
  };
}

const reasonAgainst = (answer: Answer): string | null => (answer.allowed ? null : answer.reason);
