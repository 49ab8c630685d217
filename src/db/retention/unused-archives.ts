import type { ObjectInfo } from "../../core/object-store.ts";
import type { Expired } from "../../core/retention.ts";
import { query } from "../query.ts";
import type { Db } from "../transaction.ts";

/** An archive's last use is the end of the last experiment of it, or its making. */
export async function unusedArchives(
  db: Db,
  archives: readonly ObjectInfo[],
  days: number | undefined,
): Promise<readonly Expired[]> {
  return query<Expired>(
    db,
    `select given.key as id, given.key as name, given.bytes, used.at as "lastUsedAt",
            array(select p.slug || '#' || e.number
                    from experiments e join projects p on p.id = e.project_id
                   where e.source_archive = given.key and e.deleted_at is null
                   order by e.sequence desc limit 5) as experiments
       from unnest(:keys::text[], :sizes::bigint[], :times::timestamptz[])
              with ordinality as given (key, bytes, made_at, place),
            lateral (select greatest(given.made_at,
                                     (select max(e.finished_at) from experiments e
                                       where e.source_archive = given.key)) as at) used
      where used.at < now() - :days::float8 * interval '1 day'
        and not exists (select from experiments e
                         where e.source_archive = given.key and e.finished_at is null)
        and not exists (select from experiments parent join experiments child on child.parent_id = parent.id
                         where parent.source_archive = given.key and child.finished_at is null)
      order by given.place`,
    {
      days,
      keys: archives.map(({ key }) => key),
      sizes: archives.map(({ size }) => size),
      times: archives.map(({ modifiedAt }) => modifiedAt.toISOString()),
    },
  );
}
