import type {
  Metric,
  MetricFile,
  MetricKind,
  MetricPart,
  MetricSource,
  MetricStore,
} from "../core/run-metrics.ts";
import { addPoints } from "./metrics/add-points.ts";
import { optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** What runs report and use, as curves that do not grow without end. */
export class PostgresMetricStore implements MetricStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  add(kind: MetricKind, parts: readonly MetricPart[]): Promise<readonly string[]> {
    return addPoints(this.#db, kind, parts);
  }

  async setFinals(
    { runId, experimentId }: Parameters<MetricStore["setFinals"]>[0],
    values: Readonly<Record<string, number>>,
  ): Promise<void> {
    await query(
      this.#db,
      `insert into metrics (run_id, experiment_id, kind, name, final_value)
       select :runId, :experimentId, 'reported', name, value
         from unnest(:names::text[], :values::float8[]) as given (name, value)
       on conflict (run_id, kind, name) do update set final_value = excluded.final_value`,
      { runId, experimentId, names: Object.keys(values), values: Object.values(values) },
    );
  }

  async file(runId: string): Promise<MetricFile | undefined> {
    const [row] = await query<MetricFile>(
      this.#db,
      `select read, lines, skipped, before, generation from metric_files where run_id = :runId`,
      { runId },
    );
    return row;
  }

  async advanceFile(runId: string, from: MetricFile | undefined, to: MetricFile): Promise<boolean> {
    const rows = await query(
      this.#db,
      from === undefined
        ? `insert into metric_files (run_id, read, lines, skipped, before, generation)
           values (:runId, :read, :lines, :skipped, :before, :generation)
           on conflict do nothing returning run_id`
        : `update metric_files
              set read = :read, lines = :lines, skipped = :skipped, before = :before, generation = :generation
            where run_id = :runId and read = :knownRead and generation = :knownGeneration
           returning run_id`,
      {
        runId,
        ...to,
        ...(from && { knownRead: from.read, knownGeneration: from.generation }),
      },
    );
    return rows.length === 1;
  }

  sources(runIds: readonly string[]): Promise<readonly MetricSource[]> {
    return query<MetricSource>(this.#db, `${SOURCES} where r.id = any(:runIds)`, { runIds });
  }

  sourcesOf(experimentId: string): Promise<readonly MetricSource[]> {
    return query<MetricSource>(this.#db, `${SOURCES} where r.experiment_id = :experimentId`, {
      experimentId,
    });
  }

  async remove(experimentId: string): Promise<void> {
    await query(
      this.#db,
      `with files as (
         delete from metric_files where run_id in (select id from runs where experiment_id = :experimentId)
       )
       delete from metrics where experiment_id = :experimentId`,
      { experimentId },
    );
  }

  async ofRun(
    runId: string,
    kind: MetricKind,
    names?: readonly string[],
  ): Promise<readonly Metric[]> {
    const rows = await query<MetricRow>(
      this.#db,
      // What jsonb has no number for, arrays have.
      `select m.name, m.value, m.last_step, m.last_value, p.steps, p.values
         from metrics m
         left join lateral (select array_agg(step order by step) as steps, array_agg(value order by step) as values
                              from metric_points
                             where metric_id = m.id and (:names::text[] is null or m.name = any(:names))) p on true
        where m.run_id = :runId and m.kind = :kind
        order by m.name`,
      { runId, kind, names },
    );
    return rows.map(toMetric);
  }

  async valuesOf(
    experimentIds: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
    const rows = await query<{ experiment_id: string; name: string; value: number }>(
      this.#db,
      `select experiment_id, name, value from metrics
        where experiment_id = any(:experimentIds) and kind = 'reported'
        order by name`,
      { experimentIds },
    );
    const grouped = Map.groupBy(rows, ({ experiment_id }) => experiment_id);
    return new Map(
      [...grouped].map(([id, its]) => [
        id,
        Object.fromEntries(its.map(({ name, value }) => [name, value])),
      ]),
    );
  }
}

interface MetricRow {
  readonly name: string;
  readonly value: number;
  readonly last_step: number | null;
  readonly last_value: number | null;
  readonly steps: readonly number[] | null;
  readonly values: readonly number[] | null;
}

function toMetric({ name, value, last_step, last_value, steps, values }: MetricRow): Metric {
  const step = optional(last_step);
  return {
    name,
    value,
    last: step === undefined ? undefined : { step, value: last_value ?? Number.NaN },
    points: (steps ?? []).map((at, index) => ({ step: at, value: values?.[index] ?? Number.NaN })),
  };
}

const SOURCES = `select r.id as "runId", r.experiment_id as "experimentId", e.project_id as "projectId",
                        p.slug as "projectSlug", r.attempt
                   from runs r
                   join experiments e on e.id = r.experiment_id
                   join projects p on p.id = e.project_id`;
