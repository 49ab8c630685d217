import type {
  ExperimentAnswer,
  ExperimentItem,
  SourceAnswer,
  StepAnswer,
  WarningAnswer,
} from "../../contract/experiment.ts";
import type { Experiment, StepChange, StepView } from "../../core/experiment.ts";
import { statusOf, stepsOf } from "../../core/lifecycle.ts";
import type { Warning } from "../../core/manifest.ts";
import type { Project } from "../../core/project.ts";
import type { Attempt, Run } from "../../core/run.ts";
import { sourceLink } from "../source-link.ts";
import { exceptionOrNull } from "./exception.ts";
import { presentValues } from "./metric.ts";
import { presentRun } from "./run.ts";
import { time, timeOrNull } from "./times.ts";
import { presentVerbs } from "./verbs.ts";

/** What an experiment is shown with. */
export interface Surroundings {
  readonly project: Pick<Project, "forge" | "repository"> | undefined;
  readonly history: readonly StepChange[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly runs: readonly { readonly run: Run; readonly attempts: readonly Attempt[] }[];
}

export function presentItem(experiment: Experiment, around: Surroundings): ExperimentItem {
  const { image } = experiment;
  return {
    id: experiment.id,
    number: experiment.number,
    shortId: experiment.id.slice(0, 6),
    project: { id: experiment.projectId, slug: experiment.projectSlug },
    name: experiment.name,
    description: experiment.description ?? null,
    status: statusOf(experiment.step, experiment.stepStatus),
    step: experiment.step,
    tags: [...experiment.tags],
    params: experiment.params,
    fields: experiment.fields,
    metrics: presentValues(around.metrics),
    parentId: experiment.parentId ?? null,
    engine: experiment.engine,
    priority: experiment.priority,
    steps: stepsOf(around.history, experiment).map(presentStep),
    source: shortened(presentSource(experiment, around.project)),
    manifestPath: experiment.manifestPath ?? null,
    warnings: experiment.warnings.map(presentWarning),
    image: image ? { name: image.name, digest: image.digest, reused: image.reused } : null,
    resources: experiment.resources ?? null,
    runs: around.runs.map(({ run, attempts }) => presentRun(run, attempts)),
    createdBy: experiment.createdBy ?? null,
    triggeredBy: experiment.triggeredBy,
    createdAt: time(experiment.createdAt),
    startedAt: timeOrNull(experiment.startedAt),
    finishedAt: timeOrNull(experiment.finishedAt),
    archivedAt: timeOrNull(experiment.archivedAt),
    logsRemovedAt: timeOrNull(experiment.logsRemovedAt),
    can: presentVerbs(experiment),
  };
}

/** git takes messages of megabytes; a list of them is not read by anybody. */
const LISTED_MESSAGE_CHARACTERS = 1000;

const shortened = (source: SourceAnswer): SourceAnswer => ({
  ...source,
  message: source.message.slice(0, LISTED_MESSAGE_CHARACTERS).toWellFormed(),
});

export function presentExperiment(experiment: Experiment, around: Surroundings): ExperimentAnswer {
  return {
    ...presentItem(experiment, around),
    source: presentSource(experiment, around.project),
    manifest: experiment.manifest ?? null,
    manifestText: experiment.manifestText ?? null,
  };
}

export function presentWarning({ path, line, column, message }: Warning): WarningAnswer {
  return { path, line: line ?? null, column: column ?? null, message };
}

function presentStep(step: StepView): StepAnswer {
  return {
    name: step.name,
    status: step.status,
    startedAt: timeOrNull(step.startedAt),
    finishedAt: timeOrNull(step.finishedAt),
    attempt: step.attempt,
    note: step.note ?? null,
    exception: exceptionOrNull(step.exception),
  };
}

function presentSource({ source }: Experiment, project: Surroundings["project"]): SourceAnswer {
  return {
    kind: source.kind,
    commit: source.commit ?? null,
    branch: source.branch ?? null,
    message: source.message,
    author: source.author ?? null,
    url: (project && sourceLink(project, source.commit)) ?? null,
  };
}
