import type { LocalImage } from "../../core/builder.ts";
import type { Expired } from "../../core/retention.ts";
import { query } from "../query.ts";
import type { Db } from "../transaction.ts";

/** An image's last use is the end of the last experiment that ran it, found it or made it. */
export async function unusedImages(
  db: Db,
  daemon: string,
  images: readonly LocalImage[],
  days: number | undefined,
): Promise<readonly Expired[]> {
  return query<Expired>(
    db,
    `select given.digest as id, given.name, given.bytes, used.at as "lastUsedAt",
            array(select p.slug || '#' || e.number
                    from experiments e join projects p on p.id = e.project_id
                   where e.image ->> 'digest' = given.digest and e.deleted_at is null
                   order by e.sequence desc limit 5) as experiments
       from unnest(:digests::text[], :names::text[], :projects::text[], :sizes::bigint[], :times::timestamptz[])
              as given (digest, name, project_id, bytes, made_at),
            lateral (select greatest(given.made_at,
                                     (select max(i.used_at) from images i
                                       where i.daemon = :daemon and i.digest = given.digest),
                                     (select max(e.finished_at) from experiments e
                                       where e.image ->> 'digest' = given.digest)) as at) used
      where (used.at < now() - :days::float8 * interval '1 day'
             or not exists (select from projects p where p.id::text = given.project_id))
        and not exists (select from experiments e
                         where e.image ->> 'digest' = given.digest and e.finished_at is null)
        and not exists (select from experiments parent join experiments child on child.parent_id = parent.id
                         where parent.image ->> 'digest' = given.digest and child.finished_at is null)
      order by used.at`,
    {
      daemon,
      days,
      digests: images.map(({ digest }) => digest),
      names: images.map(({ name }) => name),
      projects: images.map(({ projectId }) => projectId),
      sizes: images.map(({ bytes }) => bytes),
      times: images.map(({ madeAt }) => madeAt.toISOString()),
    },
  );
}

/** One that was built anew meanwhile, perhaps with the same digest, was used just now. */
export async function forgetImages(
  db: Db,
  daemon: string,
  there: readonly string[],
  days: number | undefined,
): Promise<void> {
  await query(
    db,
    `delete from images
      where daemon = :daemon and digest <> all (:there::text[])
        and used_at < now() - :days::float8 * interval '1 day'`,
    { daemon, there, days },
  );
}
