import { ConflictError, NotFoundError } from "../core/errors.ts";
import {
  DEFAULT_SETTINGS,
  type ForgeKind,
  type NewProject,
  type Project,
  type ProjectSettings,
  type ProjectStore,
} from "../core/project.ts";
import { codeOf } from "./caught.ts";
import { execute, json, optional, query } from "./query.ts";
import { seal, unseal } from "./sealed.ts";
import type { Db } from "./transaction.ts";

interface ProjectRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly forge: ForgeKind;
  readonly repository: string | null;
  readonly forge_repository_id: string | null;
  readonly engine: string;
  readonly settings: Partial<ProjectSettings>;
  readonly created_at: Date;
}

const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  forge: row.forge,
  repository: optional(row.repository),
  forgeRepositoryId: optional(row.forge_repository_id),
  engine: row.engine,
  settings: { ...DEFAULT_SETTINGS, ...row.settings },
  createdAt: row.created_at,
});

const UNIQUE_VIOLATION = "23505";

export class PostgresProjectStore implements ProjectStore {
  readonly #db: Db;
  readonly #key: Uint8Array;

  constructor(db: Db, secretKey: Uint8Array) {
    this.#db = db;
    this.#key = secretKey;
  }

  async create(project: NewProject): Promise<Project> {
    const { webhookSecret, settings, ...columns } = project;
    try {
      const [row] = await query<ProjectRow>(
        this.#db,
        `with made as (
           insert into projects (slug, name, forge, repository, engine, settings)
           select :slug, :name, :forge, :repository, :engine, :settings::jsonb
            where not exists (select from removals where kind = 'repository' and name = :slug)
           returning *
         ), secret as (
           insert into webhook_secrets (project_id, sealed) select id, :secret from made
         )
         select * from made`,
        { ...columns, settings: json(settings), secret: seal(this.#key, webhookSecret) },
      );
      if (row !== undefined) return toProject(row);
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new ConflictError(`There is a project ${project.slug} already. Choose another name.`, {
        cause: error,
      });
    }
    throw new ConflictError(
      `A project ${project.slug} was deleted, and its repository is still being removed. Try again in a moment.`,
    );
  }

  async find(id: string): Promise<Project | undefined> {
    return this.#one("id = :value::uuid", id);
  }

  async findBySlug(slug: string): Promise<Project | undefined> {
    return this.#one("slug = :value", slug);
  }

  async #one(where: string, value: string): Promise<Project | undefined> {
    const [row] = await query<ProjectRow>(this.#db, `select * from projects where ${where}`, {
      value,
    });
    return row && toProject(row);
  }

  async list(): Promise<readonly Project[]> {
    return (await query<ProjectRow>(this.#db, `select * from projects order by slug`)).map(
      toProject,
    );
  }

  async update(id: string, change: Parameters<ProjectStore["update"]>[1]): Promise<Project> {
    const [row] = await query<ProjectRow>(
      this.#db,
      `update projects
          set name = coalesce(:name, name), engine = coalesce(:engine, engine),
              repository = coalesce(:repository, repository), settings = coalesce(:settings, settings),
              forge_repository_id = case when coalesce(:repository, repository) is not distinct from repository
                                         then forge_repository_id end,
              limit_set_at = case when coalesce(:settings, settings) -> 'maxActive' is distinct from settings -> 'maxActive'
                                  then clock_timestamp() else limit_set_at end
        where id = :id returning *`,
      {
        id,
        name: change.name,
        engine: change.engine,
        repository: change.repository,
        settings: json(change.settings),
      },
    );
    if (row === undefined) throw new NotFoundError(`There is no project ${id}.`);
    return toProject(row);
  }

  async setEntry(
    ...[id, setting, name, value]: Parameters<ProjectStore["setEntry"]>
  ): Promise<void> {
    await query(
      this.#db,
      `update projects
          set settings = case when :value::jsonb is null
                              then settings #- array[:setting::text, :name::text]
                              else jsonb_set(settings, array[:setting::text],
                                             coalesce(settings -> :setting::text, '{}')
                                               || jsonb_build_object(:name::text, :value::jsonb)) end
        where id = :id`,
      { id, setting, name, value: json(value) },
    );
  }

  async delete(id: string): Promise<void> {
    const [active] = await query(
      this.#db,
      `select id from experiments where project_id = :id and finished_at is null limit 1`,
      { id },
    );
    if (active !== undefined)
      throw new ConflictError("The project has active experiments: cancel them first.");
    await query(
      this.#db,
      `insert into removals (kind, name)
       select 'logs', id::text from experiments where project_id = :id and logs_removed_at is null
        union
       select 'archive', source_archive from experiments
        where project_id = :id and source_archive is not null
        union
       select 'repository', slug from projects where id = :id
       on conflict do nothing`,
      { id },
    );
    await query(this.#db, `update experiments set parent_id = null where project_id = :id`, { id });
    await query(
      this.#db,
      `delete from runs using experiments e where e.id = runs.experiment_id and e.project_id = :id`,
      { id },
    );
    await query(this.#db, `delete from experiments where project_id = :id`, { id });
    await query(this.#db, `delete from projects where id = :id`, { id });
  }

  async webhookSecrets(id: string): Promise<readonly string[]> {
    const rows = await query<{ sealed: Buffer }>(
      this.#db,
      `select sealed from webhook_secrets
        where project_id = :id and (expires_at is null or expires_at > now()) order by id desc`,
      { id },
    );
    return rows.map((row) => unseal(this.#key, row.sealed));
  }

  async rotateWebhookSecret(id: string, secret: string): Promise<void> {
    await query(
      this.#db,
      `with old as (
         update webhook_secrets set expires_at = now() + interval '1 day'
          where project_id = :id and expires_at is null
       )
       insert into webhook_secrets (project_id, sealed) values (:id, :secret)`,
      { id, secret: seal(this.#key, secret) },
    );
  }

  async pinForgeRepository(id: string, forgeRepositoryId: string): Promise<string> {
    // Nearly always it is pinned, and deliveries that come at once need not wait for each other to say so.
    const [before] = await query<{ forge_repository_id: string | null }>(
      this.#db,
      `select forge_repository_id from projects where id = :id`,
      { id },
    );
    const pinned = optional(before?.forge_repository_id ?? null);
    if (pinned !== undefined) return pinned;
    const [row] = await query<{ forge_repository_id: string }>(
      this.#db,
      `update projects set forge_repository_id = coalesce(forge_repository_id, :forgeRepositoryId)
        where id = :id returning forge_repository_id`,
      { id, forgeRepositoryId },
    );
    if (row === undefined) throw new NotFoundError(`There is no project ${id}.`);
    return row.forge_repository_id;
  }

  async seenCommits(id: string): Promise<readonly string[]> {
    const rows = await query<{ commit_sha: string }>(
      this.#db,
      `select commit_sha from seen_refs where project_id = :id
        union select commit_sha from seen_commits where project_id = :id`,
      { id },
    );
    return rows.map((row) => row.commit_sha);
  }

  async seenRefs(id: string): Promise<readonly { ref: string; commit: string }[]> {
    return query(
      this.#db,
      `select ref, commit_sha as commit from seen_refs where project_id = :id order by ref`,
      { id },
    );
  }

  async markSeen(id: string, refs: Parameters<ProjectStore["markSeen"]>[1]): Promise<void> {
    for (const { ref, commit, forced } of refs) {
      if (forced || commit === undefined)
        await execute(
          this.#db,
          `insert into seen_commits (project_id, commit_sha)
           select project_id, commit_sha from seen_refs where project_id = :id and ref = :ref
           on conflict do nothing`,
          { id, ref },
        );
      if (commit === undefined)
        await execute(this.#db, `delete from seen_refs where project_id = :id and ref = :ref`, {
          id,
          ref,
        });
      else
        await execute(
          this.#db,
          `insert into seen_refs (project_id, ref, commit_sha) values (:id, :ref, :commit)
           on conflict (project_id, ref) do update set commit_sha = excluded.commit_sha`,
          { id, ref, commit },
        );
    }
  }
}
