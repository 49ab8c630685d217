import { z } from "zod";

import { EXPERIMENT_STATUSES, STEP_STATUSES, STEPS } from "../core/experiment.ts";
import type { Manifest } from "../core/manifest.ts";
import { JsonObject, Time } from "./json.ts";
import { MetricValues } from "./metric.ts";
import { pageOf } from "./page.ts";
import { ResourcesAnswer, RunAnswer, StepExceptionAnswer } from "./run.ts";
import { VerbsAnswer } from "./verbs.ts";

export const StepAnswer = z.object({
  name: z.enum(STEPS),
  status: z.enum(STEP_STATUSES),
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  /** The platform's tries of this step; 0 before the first. */
  attempt: z.number().int(),
  note: z.string().nullable(),
  exception: StepExceptionAnswer.nullable(),
});
export type StepAnswer = z.infer<typeof StepAnswer>;

export const SourceAnswer = z.object({
  kind: z.enum(["commit", "archive"]),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  message: z.string(),
  author: z.object({ name: z.string(), email: z.string() }).nullable(),
  /** The code on the forge, where it has pages. */
  url: z.string().nullable(),
});
export type SourceAnswer = z.infer<typeof SourceAnswer>;

export const WarningAnswer = z.object({
  path: z.string(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  message: z.string(),
});
export type WarningAnswer = z.infer<typeof WarningAnswer>;

/** An experiment in a list: all but its manifests. */
export const ExperimentItem = z.object({
  id: z.uuid(),
  number: z.number().int(),
  /** Its id's first 6 characters. */
  shortId: z.string(),
  project: z.object({ id: z.uuid(), slug: z.string() }),
  name: z.string(),
  description: z.string().nullable(),
  status: z.enum(EXPERIMENT_STATUSES),
  step: z.enum(STEPS),
  tags: z.array(z.string()),
  params: JsonObject,
  fields: JsonObject,
  /** What its run has reached, by name. */
  metrics: MetricValues,
  parentId: z.uuid().nullable(),
  engine: z.string(),
  priority: z.number().int(),
  steps: z.array(StepAnswer).length(STEPS.length),
  source: SourceAnswer,
  manifestPath: z.string().nullable(),
  warnings: z.array(WarningAnswer),
  image: z.object({ name: z.string(), digest: z.string(), reused: z.boolean() }).nullable(),
  resources: ResourcesAnswer.nullable(),
  runs: z.array(RunAnswer),
  createdBy: z.string().nullable(),
  triggeredBy: z.enum(["push", "submit", "resubmit", "schedule"]),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  archivedAt: Time.nullable(),
  /** Since when its logs are no longer kept. */
  logsRemovedAt: Time.nullable(),
  /** Which verbs are possible now. */
  can: VerbsAnswer,
});
export type ExperimentItem = z.infer<typeof ExperimentItem>;

/** An experiment with everything about it. */
export const ExperimentAnswer = ExperimentItem.extend({
  /** As resolved: defaults filled in, overrides applied. */
  manifest: z.custom<Manifest>().meta({ type: "object" }).nullable(),
  /** As written. */
  manifestText: z.string().nullable(),
});
export type ExperimentAnswer = z.infer<typeof ExperimentAnswer>;

export const ExperimentPage = pageOf(ExperimentItem);

export const CancelAnswer = z.object({
  changed: z.boolean(),
  message: z.string().optional(),
  experiment: ExperimentAnswer,
});
