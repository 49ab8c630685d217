import { MOST_POINTS } from "../../core/run-metrics.ts";
import { query } from "../query.ts";
import type { Db } from "../transaction.ts";

/** Of each stretch at most four points stay, and as many where it has a NaN or an infinity. */
const STRETCHES = MOST_POINTS / 12;

/**
 * As core/thin-points.ts does it, over all points of one metric: of equal stretches of its steps, the first, the last, the
 * least and the greatest value stay. Repeated as often as one likes, it loses no peak.
 */
export async function thinMetric(db: Db, id: number): Promise<void> {
  await query(
    db,
    `with ends as (
       select min(step) as first, max(step) as last, count(*) as count from metric_points where metric_id = :id
     ), placed as (
       select step, value, value in ('NaN', 'Infinity', '-Infinity') as odd,
              width_bucket(step, first, last, :stretches::int) as stretch
         from metric_points, ends where metric_id = :id and count > :most and last > first
     ), ranked as (
       select step,
              row_number() over (partition by stretch, odd order by step) as from_first,
              row_number() over (partition by stretch, odd order by step desc) as from_last,
              row_number() over (partition by stretch, odd order by value, step) as from_least,
              row_number() over (partition by stretch, odd order by value desc, step) as from_greatest
         from placed
     ), thinned as (
       delete from metric_points p using ranked r
        where p.metric_id = :id and p.step = r.step
          and least(from_first, from_last, from_least, from_greatest) > 1
       returning p.step
     )
     update metrics set kept = (select count from ends) - (select count(*) from thinned) where id = :id`,
    { id, stretches: STRETCHES, most: MOST_POINTS },
  );
}
