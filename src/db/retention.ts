import type { Expired, ExpiredTotal, Removal, RetentionStore } from "../core/retention.ts";
import { query } from "./query.ts";
import { expiredLogs, expiredLogsTotal, giveUpLogs } from "./retention/expired-logs.ts";
import { unusedArchives } from "./retention/unused-archives.ts";
import { forgetImages, unusedImages } from "./retention/unused-images.ts";
import type { Db } from "./transaction.ts";

export class PostgresRetentionStore implements RetentionStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  unusedImages(
    ...[daemon, images, days]: Parameters<RetentionStore["unusedImages"]>
  ): Promise<readonly Expired[]> {
    return unusedImages(this.#db, daemon, images, days);
  }

  forgetImages(
    ...[daemon, there, days]: Parameters<RetentionStore["forgetImages"]>
  ): Promise<void> {
    return forgetImages(this.#db, daemon, there, days);
  }

  unusedArchives(
    ...[archives, days]: Parameters<RetentionStore["unusedArchives"]>
  ): Promise<readonly Expired[]> {
    return unusedArchives(this.#db, archives, days);
  }

  expiredLogs(days: number | undefined, limit: number): Promise<readonly Expired[]> {
    return expiredLogs(this.#db, days, limit);
  }

  expiredLogsTotal(days: number | undefined): Promise<ExpiredTotal> {
    return expiredLogsTotal(this.#db, days);
  }

  giveUpLogs(days: number | undefined, limit: number): Promise<number> {
    return giveUpLogs(this.#db, days, limit);
  }

  async removals(limit: number): Promise<readonly Removal[]> {
    return query<Removal>(
      this.#db,
      `select kind, name from removals order by created_at, kind, name limit :limit`,
      { limit },
    );
  }

  async removed({ kind, name }: Removal): Promise<void> {
    await query(this.#db, `delete from removals where kind = :kind and name = :name`, {
      kind,
      name,
    });
  }
}
