import type { Expired, ExpiredTotal } from "../../core/retention.ts";
import { optional, query } from "../query.ts";
import type { Db } from "../transaction.ts";

const IS_EXPIRED = `e.finished_at < now() - :days::float8 * interval '1 day' and e.logs_removed_at is null`;

export async function expiredLogs(
  db: Db,
  days: number | undefined,
  limit: number,
): Promise<readonly Expired[]> {
  return query<Expired>(
    db,
    `select e.id, p.slug || '#' || e.number as name, sum(l.stored)::bigint as bytes,
            e.finished_at as "lastUsedAt", array[p.slug || '#' || e.number] as experiments
       from experiments e join projects p on p.id = e.project_id join logs l on l.experiment_id = e.id
      where ${IS_EXPIRED}
      group by e.id, p.slug
      order by e.finished_at limit :limit`,
    { days, limit },
  );
}

export async function expiredLogsTotal(db: Db, days: number | undefined): Promise<ExpiredTotal> {
  const [row] = await query<{ count: number; bytes: number; oldest: Date | null }>(
    db,
    `select count(distinct e.id) as count, coalesce(sum(l.stored), 0)::bigint as bytes,
            min(e.finished_at) as oldest
       from experiments e join logs l on l.experiment_id = e.id
      where ${IS_EXPIRED}`,
    { days },
  );
  return { count: row?.count ?? 0, bytes: row?.bytes ?? 0, oldest: optional(row?.oldest ?? null) };
}

export async function giveUpLogs(db: Db, days: number | undefined, limit: number): Promise<number> {
  const given = await query(
    db,
    `with due as (
       select e.id from experiments e where ${IS_EXPIRED}
        order by e.finished_at limit :limit for update skip locked
     ), given as (
       update experiments e set logs_removed_at = now() from due where e.id = due.id returning e.id
     ), owed as (
       insert into removals (kind, name) select 'logs', id::text from given on conflict do nothing
     )
     select id from given`,
    { days, limit },
  );
  return given.length;
}
