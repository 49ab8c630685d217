import type { BuiltImageRecord, ImageStore } from "../core/image-store.ts";
import { execute, json, query } from "./query.ts";
import type { Db } from "./transaction.ts";

const IMAGE = `select i.project_id as "projectId", i.daemon, i.key, i.name, i.digest, i.parts,
                      i.experiment_id as "experimentId", e.number as "experimentNumber", i.used_at as "usedAt"
                 from images i join experiments e on e.id = i.experiment_id`;

export class PostgresImageStore implements ImageStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async find(
    projectId: string,
    daemon: string,
    key: string,
  ): Promise<BuiltImageRecord | undefined> {
    const [row] = await query<BuiltImageRecord>(
      this.#db,
      `${IMAGE} where i.project_id = :projectId and i.daemon = :daemon and i.key = :key`,
      { projectId, daemon, key },
    );
    return row;
  }

  async latest(projectId: string, daemon: string): Promise<BuiltImageRecord | undefined> {
    const [row] = await query<BuiltImageRecord>(
      this.#db,
      `${IMAGE} where i.project_id = :projectId and i.daemon = :daemon order by i.built_at desc limit 1`,
      { projectId, daemon },
    );
    return row;
  }

  async record(image: Parameters<ImageStore["record"]>[0]): Promise<void> {
    await query(
      this.#db,
      `insert into images (project_id, daemon, key, name, digest, parts, experiment_id)
       values (:projectId, :daemon, :key, :name, :digest, :parts, :experimentId)
       on conflict (project_id, daemon, key) do update
         set name = excluded.name, digest = excluded.digest, parts = excluded.parts,
             experiment_id = excluded.experiment_id, built_at = now(), used_at = now()`,
      { ...image, parts: json(image.parts) },
    );
  }

  async touch(projectId: string, daemon: string, key: string): Promise<void> {
    await execute(
      this.#db,
      // To the hour: it counts in days, and experiments that share an image do not queue for its row.
      `update images set used_at = now()
        where project_id = :projectId and daemon = :daemon and key = :key
          and used_at < now() - interval '1 hour'`,
      { projectId, daemon, key },
    );
  }
}
