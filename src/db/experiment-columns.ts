import type { ExperimentRow } from "./experiment-rows.ts";

/** Each column of a row, and no other: the words of the search are longer than all of them together. */
const COLUMNS = {
  id: true,
  sequence: true,
  project_id: true,
  number: true,
  name: true,
  description: true,
  tags: true,
  params: true,
  fields: true,
  fields_version: true,
  source_kind: true,
  commit_sha: true,
  branch: true,
  message: true,
  author_name: true,
  author_email: true,
  manifest_selector: true,
  overrides: true,
  engine: true,
  priority: true,
  parent_id: true,
  created_by: true,
  triggered_by: true,
  delivery_id: true,
  request_id: true,
  step: true,
  step_status: true,
  step_attempt: true,
  note: true,
  exception: true,
  cancel_requested_at: true,
  cancel_kill: true,
  cancel_reason: true,
  approved_at: true,
  conditions: true,
  admitted_at: true,
  source_archive: true,
  manifest_path: true,
  manifest_text: true,
  manifest: true,
  warnings: true,
  resources: true,
  image: true,
  created_at: true,
  started_at: true,
  finished_at: true,
  archived_at: true,
  logs_removed_at: true,
} as const satisfies Record<Exclude<keyof ExperimentRow, "slug">, true>;

/** What an Experiment is made of, of the table by this name, but for its project's slug. */
export const experimentColumns = (table: string): string =>
  Object.keys(COLUMNS)
    .map((column) => `${table}.${column}`)
    .join(", ");
