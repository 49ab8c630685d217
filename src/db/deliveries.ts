import type {
  Decision,
  Delivery,
  DeliveryStore,
  NewDelivery,
  StartedExperiment,
} from "../core/delivery.ts";
import type { Page, PageRequest } from "../core/experiment-store.ts";
import type { Push } from "../core/forge.ts";
import { readCursor, writeCursor } from "./experiment-list.ts";
import { execute, json, optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

interface DeliveryRow {
  readonly id: string;
  readonly sequence: number;
  readonly project_id: string;
  readonly forge_delivery_id: string | null;
  readonly event: string;
  readonly source: Delivery["source"];
  readonly received_at: Date;
  readonly push: Push | null;
  readonly decision: Decision;
  readonly reason: string;
  readonly experiments: StartedExperiment[];
}

const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  projectId: row.project_id,
  forgeDeliveryId: optional(row.forge_delivery_id),
  event: row.event,
  source: row.source,
  receivedAt: row.received_at,
  push: optional(row.push),
  decision: row.decision,
  reason: row.reason,
  experiments: row.experiments,
});

export class PostgresDeliveryStore implements DeliveryStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async create(delivery: NewDelivery): Promise<Delivery | undefined> {
    const [row] = await query<DeliveryRow>(
      this.#db,
      `insert into deliveries (project_id, forge_delivery_id, event, source, push)
       values (:projectId, :forgeDeliveryId, :event, :source, :push)
       on conflict do nothing
       returning *`,
      { ...delivery, push: json(delivery.push) },
    );
    return row && toDelivery(row);
  }

  async find(id: string): Promise<Delivery | undefined> {
    const [row] = await query<DeliveryRow>(this.#db, `select * from deliveries where id = :id`, {
      id,
    });
    return row && toDelivery(row);
  }

  async waitedSeconds(id: string): Promise<number> {
    const [row] = await query<{ seconds: number }>(
      this.#db,
      `select extract(epoch from now() - received_at)::float8 as seconds from deliveries where id = :id`,
      { id },
    );
    return row?.seconds ?? 0;
  }

  async findByForgeId(projectId: string, forgeDeliveryId: string): Promise<Delivery | undefined> {
    const [row] = await query<DeliveryRow>(
      this.#db,
      `select * from deliveries where project_id = :projectId and forge_delivery_id = :forgeDeliveryId`,
      { projectId, forgeDeliveryId },
    );
    return row && toDelivery(row);
  }

  async decide(id: string, verdict: Parameters<DeliveryStore["decide"]>[1]): Promise<void> {
    await execute(
      this.#db,
      `update deliveries set decision = :decision, reason = :reason, experiments = :experiments where id = :id`,
      { id, ...verdict, experiments: json(verdict.experiments) },
    );
  }

  async list(projectId: string, { limit, cursor }: PageRequest): Promise<Page<Delivery>> {
    const rows = await query<DeliveryRow>(
      this.#db,
      `select * from deliveries
        where project_id = :projectId ${cursor === undefined ? "" : "and sequence < :before"}
        order by sequence desc limit :limit`,
      {
        projectId,
        limit: limit + 1,
        before: cursor === undefined ? undefined : readCursor(cursor),
      },
    );
    const last = rows.at(limit - 1);
    return {
      items: rows.slice(0, limit).map(toDelivery),
      nextCursor: rows.length > limit && last ? writeCursor(last.sequence) : undefined,
    };
  }
}
