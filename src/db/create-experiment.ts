import type { Experiment, NewExperiment } from "../core/experiment.ts";
import { experimentColumns } from "./experiment-columns.ts";
import { type ExperimentRow, toExperiment } from "./experiment-rows.ts";
import { json, query } from "./query.ts";
import type { Db } from "./transaction.ts";

/**
 * The experiment with the project's next number, and its first line of history; undefined where the push, or the
 * idempotency key, has one already, which uses up no number unless both came at the same instant.
 */
export async function createExperiment(
  db: Db,
  experiment: NewExperiment,
): Promise<Experiment | undefined> {
  const { source, overrides = {} } = experiment;
  const [row] = await query<ExperimentRow>(
    db,
    `with numbered as (
       update projects set next_number = next_number + 1
        where id = :project
          and not exists (
                select from experiments
                 where project_id = :project and idempotency_key = :key
              )
          and not exists (
                select from experiments
                 where project_id = :project and commit_sha = :commit
                   and coalesce(manifest_selector, '') = coalesce(:selector, '')
                   and triggered_by = 'push' and :trigger = 'push'
              )
       returning slug, next_number - 1 as number
     ), made as (
       insert into experiments
         (project_id, number, name, description, tags, fields, source_kind, commit_sha, branch, message,
          author_name, author_email, manifest_selector, overrides, params, engine, priority, parent_id,
          created_by, triggered_by, source_archive, idempotency_key,
          idempotency_fingerprint, delivery_id, request_id)
       select :project, number, :name, :description, :tags, :fields, :kind, :commit, :branch, :message,
              :author, :email, :selector, :overrides, :params, :engine, :priority, :parent,
              :by, :trigger, :archive, :key, :fingerprint, :delivery::uuid, :request
         from numbered
       on conflict do nothing
       returning *
     ), history as (
       insert into step_changes (experiment_id, step, status)
       select id, 'Waiting', 'Initialize' from made
     )
     select ${experimentColumns("made")}, numbered.slug from made, numbered`,
    {
      project: experiment.projectId,
      name: experiment.name,
      description: experiment.description,
      tags: experiment.tags ?? [],
      fields: json(experiment.fields ?? {}),
      kind: source.kind,
      commit: source.commit,
      branch: source.branch,
      message: source.message,
      author: source.author?.name,
      email: source.author?.email,
      selector: experiment.manifestSelector,
      overrides: json(overrides),
      params: json(overrides.params ?? {}),
      engine: experiment.engine,
      priority: experiment.priority ?? 50,
      parent: experiment.parentId,
      by: experiment.createdBy,
      trigger: experiment.triggeredBy,
      archive: experiment.sourceArchive,
      key: experiment.idempotency?.key,
      fingerprint: experiment.idempotency?.fingerprint,
      delivery: experiment.deliveryId,
      request: experiment.requestId,
    },
  );
  return row && toExperiment(row);
}
