import type {
  Conditions,
  Experiment,
  Image,
  Overrides,
  RequestedResources,
  Step,
  StepChange,
  StepException,
  StepStatus,
  TriggeredBy,
} from "../core/experiment.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Warning } from "../core/manifest.ts";
import type { Manifest } from "../core/manifest.ts";
import { optional } from "./query.ts";

/** A row of experiments, with its project's slug. */
export interface ExperimentRow {
  readonly id: string;
  readonly sequence: number;
  readonly project_id: string;
  readonly slug: string;
  readonly number: number;
  readonly name: string;
  readonly description: string | null;
  readonly tags: string[];
  readonly params: Record<string, Json>;
  readonly fields: JsonObject;
  readonly fields_version: number;
  readonly source_kind: "commit" | "archive";
  readonly commit_sha: string | null;
  readonly branch: string | null;
  readonly message: string;
  readonly author_name: string | null;
  readonly author_email: string | null;
  readonly manifest_selector: string | null;
  readonly overrides: Overrides;
  readonly engine: string;
  readonly priority: number;
  readonly parent_id: string | null;
  readonly created_by: string | null;
  readonly triggered_by: TriggeredBy;
  readonly delivery_id: string | null;
  readonly request_id: string | null;
  readonly step: Step;
  readonly step_status: StepStatus;
  readonly step_attempt: number;
  readonly note: string | null;
  readonly exception: StepException | null;
  readonly cancel_requested_at: Date | null;
  readonly cancel_kill: boolean;
  readonly cancel_reason: string | null;
  readonly approved_at: Date | null;
  readonly conditions: Conditions | null;
  readonly admitted_at: Date | null;
  readonly source_archive: string | null;
  readonly manifest_path: string | null;
  readonly manifest_text: string | null;
  readonly manifest: Manifest | null;
  readonly warnings: Warning[];
  readonly resources: RequestedResources | null;
  readonly image: Image | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly archived_at: Date | null;
  readonly logs_removed_at: Date | null;
}

export function toExperiment(row: ExperimentRow): Experiment {
  return {
    id: row.id,
    sequence: row.sequence,
    projectId: row.project_id,
    projectSlug: row.slug,
    number: row.number,
    name: row.name,
    description: optional(row.description),
    tags: row.tags,
    params: row.params,
    fields: row.fields,
    fieldsVersion: row.fields_version,
    source: {
      kind: row.source_kind,
      commit: optional(row.commit_sha),
      branch: optional(row.branch),
      message: row.message,
      author:
        row.author_name === null
          ? undefined
          : { name: row.author_name, email: row.author_email ?? "" },
    },
    manifestSelector: optional(row.manifest_selector),
    overrides: row.overrides,
    engine: row.engine,
    priority: row.priority,
    step: row.step,
    stepStatus: row.step_status,
    stepAttempt: row.step_attempt,
    note: optional(row.note),
    exception: optional(row.exception),
    cancelRequestedAt: optional(row.cancel_requested_at),
    cancelKill: row.cancel_kill,
    cancelReason: optional(row.cancel_reason),
    approvedAt: optional(row.approved_at),
    conditions: optional(row.conditions),
    admittedAt: optional(row.admitted_at),
    sourceArchive: optional(row.source_archive),
    manifestPath: optional(row.manifest_path),
    manifestText: optional(row.manifest_text),
    manifest: optional(row.manifest),
    warnings: row.warnings,
    resources: optional(row.resources),
    image: optional(row.image),
    parentId: optional(row.parent_id),
    createdBy: optional(row.created_by),
    triggeredBy: row.triggered_by,
    deliveryId: optional(row.delivery_id),
    requestId: optional(row.request_id),
    createdAt: row.created_at,
    startedAt: optional(row.started_at),
    finishedAt: optional(row.finished_at),
    archivedAt: optional(row.archived_at),
    logsRemovedAt: optional(row.logs_removed_at),
  };
}

export interface StepChangeRow {
  readonly experiment_id: string;
  readonly step: Step;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly note: string | null;
  readonly exception: StepException | null;
  readonly at: Date;
}

export function toStepChange(row: StepChangeRow): StepChange {
  return {
    step: row.step,
    status: row.status,
    attempt: row.attempt,
    note: optional(row.note),
    exception: optional(row.exception),
    at: row.at,
  };
}
