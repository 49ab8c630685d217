import {
  type Experiment,
  type ExperimentStatus,
  type Facts,
  type FactsAt,
  type Step,
  type StepChange,
  STEPS,
  type StepStatus,
  type StepView,
} from "./experiment.ts";

/** The one order of the steps. */
export const NEXT = {
  Waiting: "Cloning",
  Cloning: "Building",
  Building: "Submitting",
  Submitting: "Running",
  Running: "Completed",
} as const satisfies Record<Exclude<Step, "Completed">, Step>;

/** The experiment's status, derived from its current step: the only place where it is. */
export function statusOf(step: Step, status: StepStatus): ExperimentStatus {
  if (status === "Failed" || status === "Cancelled") return status;
  if (step === "Completed" && status === "Succeeded") return "Succeeded";
  if (step === "Waiting" && status === "Initialize") return "Created";
  return "Processing";
}

export function isFinished(experiment: Pick<Experiment, "step" | "stepStatus">): boolean {
  const status = statusOf(experiment.step, experiment.stepStatus);
  return status === "Succeeded" || status === "Failed" || status === "Cancelled";
}

/** The six steps as people see them, from the history, oldest change first. */
export function stepsOf(
  history: readonly StepChange[],
  current?: Pick<Experiment, "step" | "note">,
): readonly StepView[] {
  return STEPS.map((name) => {
    const changes = history.filter((change) => change.step === name);
    const last = changes.at(-1);
    const running = changes.filter((change) => change.status === "Running");
    const ended = last !== undefined && last.status !== "Initialize" && last.status !== "Running";
    const isCurrent = current?.step === name && !ended;
    return {
      name,
      status: last?.status ?? "Initialize",
      startedAt: running.at(0)?.at ?? (ended ? last.at : undefined),
      finishedAt: ended ? last.at : undefined,
      attempt: last?.attempt ?? 0,
      note: isCurrent ? current.note : last?.note,
      exception: last?.exception,
    };
  });
}

/** Checks that the facts which `step` counts on are there; a missing one is a fault of ours. */
export function factsAt<S extends Step>(experiment: Experiment, step: S): Experiment & FactsAt[S] {
  const needed: Record<Step, readonly (keyof Facts)[]> = {
    Waiting: [],
    Cloning: [],
    Building: ["manifest", "sourceArchive"],
    Submitting: ["manifest", "sourceArchive", "image"],
    Running: ["manifest", "sourceArchive", "image"],
    Completed: ["manifest", "sourceArchive", "image"],
  };
  const missing = needed[step].filter((fact) => experiment[fact] === undefined);
  if (missing.length > 0)
    throw new Error(`experiment ${experiment.id} is at ${step} without ${missing.join(", ")}`);
  // The check above is what the type says.
  return experiment as Experiment & FactsAt[S];
}

/** Yes, or no with the reason that a disabled button and a refused call both show. */
export type Answer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string };

const yes: Answer = { allowed: true };
const no = (reason: string): Answer => ({ allowed: false, reason });

type Judged = Pick<
  Experiment,
  | "step"
  | "stepStatus"
  | "cancelRequestedAt"
  | "cancelKill"
  | "archivedAt"
  | "approvedAt"
  | "conditions"
>;

/** What can be done with an experiment now; the dashboard and the verbs ask the same table. */
export const experimentCan = {
  cancel(experiment: Judged): Answer {
    if (isFinished(experiment)) return no("It has already finished.");
    if (experiment.step === "Completed") return no("It is already finishing.");
    if (experiment.cancelRequestedAt !== undefined) return no("It is already being cancelled.");
    return yes;
  },
  kill(experiment: Judged): Answer {
    if (isFinished(experiment)) return no("It has already finished.");
    if (experiment.step === "Completed") return no("It is already finishing.");
    if (experiment.cancelKill) return no("It is already being killed.");
    return yes;
  },
  resubmit(_experiment: Judged): Answer {
    return yes;
  },
  approve(experiment: Judged): Answer {
    if (isFinished(experiment)) return no("It has already finished.");
    if (experiment.approvedAt !== undefined) return no("It has already been approved.");
    if (experiment.step !== "Waiting") return no("It is no longer waiting.");
    if (experiment.conditions?.approval === false) return no("It needs no approval.");
    return yes;
  },
  archive(experiment: Judged): Answer {
    if (!isFinished(experiment)) return no("It is still active: cancel it first.");
    if (experiment.archivedAt !== undefined) return no("It is already archived.");
    return yes;
  },
  unarchive(experiment: Judged): Answer {
    return experiment.archivedAt === undefined ? no("It is not archived.") : yes;
  },
  delete(experiment: Judged): Answer {
    return isFinished(experiment) ? yes : no("It is still active: cancel it first.");
  },
} as const satisfies Record<string, (experiment: Judged) => Answer>;
