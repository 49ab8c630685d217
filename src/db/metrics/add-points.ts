import {
  type MetricKind,
  type MetricPart,
  MOST_METRICS,
  MOST_POINTS,
} from "../../core/run-metrics.ts";
import { query } from "../query.ts";
import type { Db } from "../transaction.ts";
import { thinMetric } from "./thin-metric.ts";

/** Stores points, and thins what has become too many. Answers the names that a run has no more room for. */
export async function addPoints(
  db: Db,
  kind: MetricKind,
  parts: readonly MetricPart[],
): Promise<readonly string[]> {
  const given = parts.filter(({ points }) => points.length > 0).toSorted(byRunAndName);
  const { fitting, tooMany } = await withinLimit(db, kind, given);
  if (fitting.length === 0) return tooMany;
  await takeBack(db, kind, fitting);
  const metrics = await putMetrics(db, kind, fitting);
  await putPoints(db, fitting, metrics);
  for (const { id, kept } of metrics) if (kept > MOST_POINTS) await thinMetric(db, id);
  return tooMany;
}

/** In one order everywhere, so that two who write the same rows wait for each other and do not cross. */
const byRunAndName = (one: MetricPart, other: MetricPart): number =>
  one.runId === other.runId ? compare(one.name, other.name) : compare(one.runId, other.runId);
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

async function withinLimit(
  db: Db,
  kind: MetricKind,
  parts: readonly MetricPart[],
): Promise<{ readonly fitting: readonly MetricPart[]; readonly tooMany: readonly string[] }> {
  const runIds = [...new Set(parts.map(({ runId }) => runId))];
  if (runIds.length === 0) return { fitting: [], tooMany: [] };
  const rows = await query<{ run_id: string; name: string }>(
    db,
    `select run_id, name from metrics where run_id = any(:runIds) and kind = :kind`,
    { runIds, kind },
  );
  const known = new Map(runIds.map((runId) => [runId, new Set<string>()]));
  for (const { run_id, name } of rows) known.get(run_id)?.add(name);
  const tooMany: string[] = [];
  const fitting = parts.filter(({ runId, name }) => {
    const names = known.get(runId) ?? new Set();
    const fits = names.has(name) || names.size < MOST_METRICS[kind];
    if (fits) names.add(name);
    else tooMany.push(name);
    return fits;
  });
  return { fitting, tooMany };
}

/** A newer attempt goes on where it begins: what an older one reported from there on did not lead to this. */
async function takeBack(db: Db, kind: MetricKind, parts: readonly MetricPart[]): Promise<void> {
  const newer = parts.filter(({ generation }) => generation > 0);
  if (newer.length === 0) return;
  await query(
    db,
    `delete from metric_points p
      using metrics m, unnest(:runIds::uuid[], :names::text[], :generations::int[], :firsts::float8[])
                         as given (run_id, name, generation, first)
      where m.run_id = given.run_id and m.kind = :kind and m.name = given.name
        and m.generation < given.generation and p.metric_id = m.id and p.step >= given.first`,
    {
      kind,
      runIds: newer.map(({ runId }) => runId),
      names: newer.map(({ name }) => name),
      generations: newer.map(({ generation }) => generation),
      firsts: newer.map(({ points }) => points[0]?.step),
    },
  );
}

interface Counted {
  readonly id: number;
  readonly run_id: string;
  readonly name: string;
  readonly kept: number;
}

function putMetrics(
  db: Db,
  kind: MetricKind,
  parts: readonly MetricPart[],
): Promise<readonly Counted[]> {
  return query<Counted>(
    db,
    `insert into metrics (run_id, experiment_id, kind, name, generation, kept, last_step, last_value)
     select run_id, experiment_id, :kind, name, generation, kept, step, value
       from unnest(:runIds::uuid[], :experimentIds::uuid[], :names::text[], :generations::int[], :counts::int[],
                   :steps::float8[], :values::float8[])
              as given (run_id, experiment_id, name, generation, kept, step, value)
     on conflict (run_id, kind, name) do update
       set (last_step, last_value) = (
             select excluded.last_step, excluded.last_value
              where excluded.generation > metrics.generation or metrics.last_step is null
                 or excluded.last_step >= metrics.last_step
             union all
             select metrics.last_step, metrics.last_value
             limit 1),
           generation = greatest(metrics.generation, excluded.generation),
           kept = metrics.kept + excluded.kept
     returning id, run_id, name, kept`,
    {
      kind,
      runIds: parts.map(({ runId }) => runId),
      experimentIds: parts.map(({ experimentId }) => experimentId),
      names: parts.map(({ name }) => name),
      generations: parts.map(({ generation }) => generation),
      counts: parts.map(({ points }) => points.length),
      steps: parts.map(({ points }) => points.at(-1)?.step),
      values: parts.map(({ points }) => points.at(-1)?.value),
    },
  );
}

async function putPoints(
  db: Db,
  parts: readonly MetricPart[],
  metrics: readonly Counted[],
): Promise<void> {
  const ids = new Map(metrics.map(({ id, run_id, name }) => [`${run_id} ${name}`, id]));
  const rows = parts.flatMap(({ runId, name, points }) =>
    points.map((point) => ({ id: ids.get(`${runId} ${name}`), ...point })),
  );
  await query(
    db,
    `insert into metric_points (metric_id, step, value)
     select * from unnest(:ids::bigint[], :steps::float8[], :values::float8[])
     on conflict (metric_id, step) do update set value = excluded.value`,
    {
      ids: rows.map(({ id }) => id),
      steps: rows.map(({ step }) => step),
      values: rows.map(({ value }) => value),
    },
  );
}
