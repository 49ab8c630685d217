import type { ExperimentItem, StepAnswer } from "../contract/experiment.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { oneLine } from "./table.ts";
import { lastingFrom } from "./units.ts";

/** What an experiment's status says to scripts. */
const CODES: Record<ExperimentItem["status"], ExitCode> = {
  Created: EXIT.succeeded,
  Processing: EXIT.succeeded,
  Succeeded: EXIT.succeeded,
  Failed: EXIT.failed,
  Cancelled: EXIT.cancelled,
};

export const exitCodeOf = ({ status }: Pick<ExperimentItem, "status">): ExitCode => CODES[status];

/** Of several: a failure before a cancelled one. */
export function exitCodeOfAll(experiments: readonly ExperimentItem[]): ExitCode {
  const codes = experiments.map(exitCodeOf);
  return codes.find((code) => code === EXIT.failed) ?? codes.find((code) => code > 0) ?? 0;
}

const ENDINGS: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Cancelled"]);
export const isFinished = ({ status }: Pick<ExperimentItem, "status">): boolean =>
  ENDINGS.has(status);

/** `digits#12`. */
export const called = ({ project, number }: Pick<ExperimentItem, "project" | "number">): string =>
  `${project.slug}#${number}`;

/** `digits#12 Failed in Running after 3.2 s: the program ended with exit code 1.` */
export function outcome(experiment: ExperimentItem): string {
  const { status, startedAt, finishedAt } = experiment;
  const step = stepOf(experiment);
  const where = status === "Succeeded" || !isFinished(experiment) ? "" : ` in ${step.name}`;
  const after = startedAt === null ? "" : ` after ${lastingFrom(startedAt, finishedAt)}`;
  const why = step.exception === null ? "" : `: ${oneLine(step.exception.message)}`;
  const hint = step.exception?.hint === undefined ? "" : ` ${oneLine(step.exception.hint)}`;
  return `${called(experiment)} ${status}${where}${after}${why}${hint}`;
}

/** The step where it stands. */
export function stepOf({ steps, step }: Pick<ExperimentItem, "steps" | "step">): StepAnswer {
  const found = steps.find(({ name }) => name === step);
  if (found === undefined) throw new Error(`the server's answer lacks the step ${step}`);
  return found;
}
