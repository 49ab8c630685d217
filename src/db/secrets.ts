import { ConflictError } from "../core/errors.ts";
import type { Secret, SecretStore, SecretVersions } from "../core/secret.ts";
import { codeOf } from "./caught.ts";
import { json, optional, query } from "./query.ts";
import { seal, unseal } from "./sealed.ts";
import type { Db } from "./transaction.ts";

interface SecretRow {
  readonly name: string;
  readonly version: number;
  readonly created_by: string | null;
  readonly created_at: Date;
}

const toSecret = (row: SecretRow): Secret => ({
  name: row.name,
  version: row.version,
  createdBy: optional(row.created_by),
  createdAt: row.created_at,
});

const UNIQUE_VIOLATION = "23505";

export class PostgresSecretStore implements SecretStore {
  readonly #db: Db;
  readonly #key: Uint8Array;

  constructor(db: Db, secretKey: Uint8Array) {
    this.#db = db;
    this.#key = secretKey;
  }

  async list(projectId: string): Promise<readonly Secret[]> {
    const rows = await query<SecretRow>(
      this.#db,
      `select name, version, created_by, created_at from secrets
        where project_id = :projectId and replaced_at is null order by name`,
      { projectId },
    );
    return rows.map(toSecret);
  }

  async put({ value, ...secret }: Parameters<SecretStore["put"]>[0]): Promise<Secret> {
    try {
      const [row] = await query<SecretRow>(
        this.#db,
        `with old as (
           update secrets set replaced_at = now()
            where project_id = :projectId and name = :name and replaced_at is null
         )
         insert into secrets (project_id, name, version, sealed, created_by)
         select :projectId, :name, coalesce(max(version), 0) + 1, :sealed, :createdBy
           from secrets where project_id = :projectId and name = :name
         returning name, version, created_by, created_at`,
        { ...secret, sealed: seal(this.#key, value) },
      );
      if (row !== undefined) return toSecret(row);
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new ConflictError(
        `The secret ${secret.name} was set by somebody else at the same moment. Look at it, and set it again.`,
        { cause: error },
      );
    }
    throw new Error(`the secret ${secret.name} was not written`);
  }

  async remove(projectId: string, name: string): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update secrets set replaced_at = now()
        where project_id = :projectId and name = :name and replaced_at is null returning name`,
      { projectId, name },
    );
    return rows.length > 0;
  }

  async values(
    projectId: string,
    versions: SecretVersions = {},
  ): Promise<Readonly<Record<string, string>>> {
    if (Object.keys(versions).length === 0) return {};
    const rows = await query<{ name: string; sealed: Buffer }>(
      this.#db,
      `select name, sealed from secrets
        where project_id = :projectId and sealed is not null
          and (name, version) in (select key, value::integer from jsonb_each_text(:versions::jsonb))`,
      { projectId, versions: json(versions) },
    );
    return Object.fromEntries(rows.map(({ name, sealed }) => [name, unseal(this.#key, sealed)]));
  }

  /** The hour is for a run that is being made just now, and is not there to be seen yet. */
  async erase(): Promise<void> {
    await query(
      this.#db,
      `update secrets set sealed = null
        where sealed is not null and replaced_at < now() - interval '1 hour'
          and not exists (
                select from runs join experiments e on e.id = runs.experiment_id
                 where runs.finished_at is null and e.project_id = secrets.project_id
                   and (runs.plan -> 'secrets' ->> secrets.name)::integer = secrets.version)`,
    );
  }
}
