import type { ExperimentStore, Page } from "../core/experiment-store.ts";
import type {
  Conditions,
  Experiment,
  Move,
  NewExperiment,
  StepChange,
} from "../core/experiment.ts";
import type { JsonObject } from "../core/json.ts";
import { advanceExperiment } from "./advance-experiment.ts";
import { createExperiment } from "./create-experiment.ts";
import { experimentColumns } from "./experiment-columns.ts";
import { listExperiments } from "./experiment-list.ts";
import { resolveExperiment } from "./experiment-references.ts";
import {
  type ExperimentRow,
  type StepChangeRow,
  toExperiment,
  toStepChange,
} from "./experiment-rows.ts";
import { execute, json, optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

const COLUMNS = `${experimentColumns("e")}, p.slug`;

export class PostgresExperimentStore implements ExperimentStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  create(experiment: NewExperiment): Promise<Experiment | undefined> {
    return createExperiment(this.#db, experiment);
  }

  async find(id: string): Promise<Experiment | undefined> {
    const [row] = await query<ExperimentRow>(
      this.#db,
      `select ${COLUMNS} from experiments e join projects p on p.id = e.project_id
        where e.id = :id and e.deleted_at is null`,
      { id },
    );
    return row && toExperiment(row);
  }

  async waitedSeconds(id: string): Promise<number> {
    const [row] = await query<{ seconds: number | null }>(
      this.#db,
      `select extract(epoch from now() - started_at)::float8 as seconds from experiments where id = :id`,
      { id },
    );
    return row?.seconds ?? 0;
  }

  resolve(reference: string): Promise<Experiment | undefined> {
    return resolveExperiment(this.#db, reference);
  }

  async newestNamed(projectId: string, name: string): Promise<Experiment | undefined> {
    const [row] = await query<ExperimentRow>(
      this.#db,
      `select ${COLUMNS} from experiments e join projects p on p.id = e.project_id
        where e.project_id = :projectId and e.name = :name and e.deleted_at is null
        order by e.sequence desc limit 1`,
      { projectId, name },
    );
    return row && toExperiment(row);
  }

  async firstUnread({
    projectId,
    sequence,
  }: Parameters<ExperimentStore["firstUnread"]>[0]): Promise<number | undefined> {
    const [row] = await query<{ number: number }>(
      this.#db,
      `select number from experiments
        where project_id = :projectId and sequence < :sequence
          and conditions is null and finished_at is null
        order by sequence limit 1`,
      { projectId, sequence },
    );
    return row?.number;
  }

  async cancelRequestedOf(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const rows = await query<{ id: string }>(
      this.#db,
      `select id from experiments where id = any(:ids) and cancel_requested_at is not null`,
      { ids },
    );
    return rows.map(({ id }) => id);
  }

  async findPushed(
    projectId: string,
    commit: string,
    manifestSelector: string | undefined,
  ): Promise<{ id: string; number: number } | undefined> {
    const [row] = await query<{ id: string; number: number }>(
      this.#db,
      `select id, number from experiments
        where project_id = :projectId and commit_sha = :commit
          and coalesce(manifest_selector, '') = :selector and triggered_by = 'push'`,
      { projectId, commit, selector: manifestSelector ?? "" },
    );
    return row;
  }

  async findByIdempotencyKey(
    projectId: string,
    key: string,
  ): ReturnType<ExperimentStore["findByIdempotencyKey"]> {
    const [row] = await query<ExperimentRow & { readonly idempotency_fingerprint: string | null }>(
      this.#db,
      `select ${COLUMNS}, e.idempotency_fingerprint
         from experiments e join projects p on p.id = e.project_id
        where e.project_id = :projectId and e.idempotency_key = :key`,
      { projectId, key },
    );
    if (row === undefined) return undefined;
    return { experiment: toExperiment(row), fingerprint: optional(row.idempotency_fingerprint) };
  }

  list(...[filter, page]: Parameters<ExperimentStore["list"]>): Promise<Page<Experiment>> {
    return listExperiments(this.#db, filter, page);
  }

  async history(id: string): Promise<readonly StepChange[]> {
    return (await this.histories([id])).get(id) ?? [];
  }

  async histories(ids: readonly string[]): Promise<ReadonlyMap<string, readonly StepChange[]>> {
    const rows = await query<StepChangeRow>(
      this.#db,
      `select * from step_changes where experiment_id = any(:ids) order by id`,
      { ids },
    );
    const changes = Map.groupBy(rows, (row) => row.experiment_id);
    return new Map([...changes].map(([id, its]) => [id, its.map(toStepChange)]));
  }

  advance(experiment: Experiment, move: Move): ReturnType<ExperimentStore["advance"]> {
    return advanceExperiment(this.#db, experiment, move);
  }

  async note(experiment: Experiment, note: string): Promise<void> {
    await execute(
      this.#db,
      `update experiments set note = :note
        where id = :id and step = :step and finished_at is null and note is distinct from :note`,
      { id: experiment.id, step: experiment.step, note },
    );
  }

  async say(id: string, note: string): Promise<void> {
    await execute(
      this.#db,
      `update experiments set note = :note
        where id = :id and finished_at is null and note is distinct from :note`,
      { id, note },
    );
  }

  async notes(
    notes: readonly { readonly id: string; readonly note: string }[],
  ): Promise<readonly { id: string; projectId: string }[]> {
    if (notes.length === 0) return [];
    return query(
      this.#db,
      `update experiments e set note = given.note
         from unnest(:ids::uuid[], :texts::text[]) as given (id, note)
        where e.id = given.id and e.finished_at is null and e.note is distinct from given.note
       returning e.id, e.project_id as "projectId"`,
      { ids: notes.map(({ id }) => id), texts: notes.map(({ note }) => note) },
    );
  }

  async retryStep(experiment: Experiment, note: string): Promise<void> {
    await execute(
      this.#db,
      `with retried as (
         update experiments set step_attempt = step_attempt + 1, note = :note
          where id = :id and step = :step and finished_at is null
         returning id, step, step_status, step_attempt
       )
       insert into step_changes (experiment_id, step, status, attempt, note)
       select id, step, step_status, step_attempt, :note from retried`,
      { id: experiment.id, step: experiment.step, note },
    );
  }

  async setConditions(id: string, conditions: Conditions, ready: boolean): Promise<void> {
    await execute(
      this.#db,
      `update experiments
          set conditions = :conditions, ready = :ready, priority = :priority, engine = :engine,
              name = coalesce(overrides ->> 'name', :name, name)
        where id = :id and finished_at is null and admitted_at is null`,
      {
        id,
        conditions: json(conditions),
        ready,
        priority: conditions.priority,
        engine: conditions.engine,
        name: conditions.name,
      },
    );
  }

  async requestCancel(id: string, kill: boolean, reason?: string): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update experiments
          set cancel_requested_at = coalesce(cancel_requested_at, now()), cancel_kill = cancel_kill or :kill,
              cancel_reason = case when cancel_requested_at is null then :reason else cancel_reason end
        where id = :id and finished_at is null and step <> 'Completed'
          and (cancel_requested_at is null or (:kill and not cancel_kill))
       returning id`,
      { id, kill, reason },
    );
    return rows.length === 1;
  }

  async approve(id: string): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update experiments set approved_at = now()
        where id = :id and approved_at is null and finished_at is null returning id`,
      { id },
    );
    return rows.length === 1;
  }

  async admit(ids: readonly string[]): Promise<void> {
    await execute(
      this.#db,
      // Taken under the scheduler's lock, so that the times are in the order of its decisions.
      `update experiments set admitted_at = (select clock_timestamp())
        where id = any(:ids) and admitted_at is null and finished_at is null`,
      { ids },
    );
  }

  async update(
    id: string,
    change: { name?: string; description?: string | undefined; tags?: readonly string[] },
  ): Promise<void> {
    const { name, tags, description } = change;
    await query(
      this.#db,
      `update experiments
          set name = coalesce(:name, name),
              overrides = case when :name::text is null then overrides
                               else overrides || jsonb_build_object('name', :name::text) end,
              tags = coalesce(:tags, tags),
              description = ${"description" in change ? ":description" : "description"}
        where id = :id`,
      { id, name, tags, description },
    );
  }

  async setFields(
    id: string,
    fields: JsonObject,
    expectedVersion?: number,
  ): Promise<number | undefined> {
    const [row] = await query<{ fields_version: number }>(
      this.#db,
      `update experiments set fields = :fields, fields_version = fields_version + 1
        where id = :id and (:expected::int is null or fields_version = :expected::int)
       returning fields_version`,
      { id, fields: json(fields), expected: expectedVersion },
    );
    return row?.fields_version;
  }

  async setArchived(id: string, archived: boolean): Promise<void> {
    await query(
      this.#db,
      `update experiments set archived_at = ${archived ? "coalesce(archived_at, now())" : "null"} where id = :id`,
      { id },
    );
  }

  async delete(id: string): Promise<void> {
    await query(
      this.#db,
      `with deleted as (
         update experiments set deleted_at = now(), logs_removed_at = coalesce(logs_removed_at, now())
          where id = :id and finished_at is not null and deleted_at is null
         returning id, source_archive
       )
       insert into removals (kind, name)
       select 'logs', id::text from deleted
        union all
       select 'archive', source_archive from deleted
        where not exists (select from experiments e
                           where e.source_archive = deleted.source_archive
                             and e.id <> deleted.id and e.deleted_at is null)
          and source_archive is not null
       on conflict do nothing`,
      { id },
    );
  }

  async dependents(id: string): Promise<readonly string[]> {
    const rows = await query<{ id: string }>(
      this.#db,
      `select id from experiments
        where finished_at is null and (conditions -> 'needs') @> to_jsonb(:id::text)`,
      { id },
    );
    return rows.map((row) => row.id);
  }
}
