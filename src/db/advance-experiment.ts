import { StaleExperimentError } from "../core/errors.ts";
import type { ExperimentStore } from "../core/experiment-store.ts";
import type { Experiment, Found, Move } from "../core/experiment.ts";
import { statusOf } from "../core/lifecycle.ts";
import { experimentColumns } from "./experiment-columns.ts";
import { type ExperimentRow, toExperiment } from "./experiment-rows.ts";
import { json, query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** The move and its history in one statement, guarded by where the experiment was read at. */
export async function advanceExperiment(
  db: Db,
  experiment: Experiment,
  move: Move,
): ReturnType<ExperimentStore["advance"]> {
  const { facts = {}, leaves, undoes = [] } = move;
  const staying = move.step === experiment.step;
  const status = statusOf(move.step, move.status);
  const finished = status === "Succeeded" || status === "Failed" || status === "Cancelled";
  const columns = factColumns(facts);
  const assignments = Object.keys(columns).map(
    (column) => `, ${column} = ${belowWhatWasSaid[column] ?? `:${column}`}`,
  );
  const exception = move.exception && {
    ...move.exception,
    at: move.exception.at ?? new Date().toISOString(),
  };
  const [row] = await query<ExperimentRow & { seconds: number }>(
    db,
    `with moved as (
       update experiments
          set step = :step, step_status = :stepStatus, status = :status, note = :note,
              exception = :exception,
              step_attempt = :attempt,
              started_at = coalesce(started_at, clock_timestamp()),
              finished_at = ${finished ? "clock_timestamp()" : "null"}${assignments.join("")}
        where id = :id and step = :fromStep and step_status = :fromStatus and finished_at is null
       returning *
     ), history as (
       insert into step_changes (experiment_id, step, status, attempt, note, exception)
       select id, change.step, change.status, change.attempt, change.note, change.exception
         from moved,
              (select 0, step, 'Initialize', 1, null, null::jsonb from unnest(:undoes::text[]) as undone (step)
                union all values
                      (1, :leftStep, :leftStatus, :leftAttempt::int, :leftNote, null::jsonb),
                      (2, :step, :stepStatus, :attempt::int, :note, :exception::jsonb))
                as change (position, step, status, attempt, note, exception)
        where change.status is not null
        order by change.position
     )
     select ${experimentColumns("moved")}, p.slug,
            coalesce(extract(epoch from clock_timestamp() - (
              select min(at) from step_changes
               where experiment_id = moved.id and step = :fromStep and status = 'Running'
                 and id > (select coalesce(max(id), 0) from step_changes
                            where experiment_id = moved.id and step = :fromStep and status = 'Initialize')
            )), 0)::float8 as seconds
       from moved join projects p on p.id = moved.project_id`,
    {
      ...columns,
      id: experiment.id,
      fromStep: experiment.step,
      fromStatus: experiment.stepStatus,
      step: move.step,
      stepStatus: move.status,
      status,
      note: move.note,
      exception: json(exception),
      attempt: staying ? experiment.stepAttempt : 1,
      leftStep: leaves?.step,
      leftStatus: leaves?.status,
      leftAttempt: experiment.stepAttempt,
      leftNote: leaves?.note,
      undoes,
    },
  );
  if (row === undefined)
    throw new StaleExperimentError(
      `experiment ${experiment.id} is no longer at ${experiment.step}`,
    );
  return { moved: toExperiment(row), seconds: row.seconds };
}

/**
 * What the manifest says of the experiment itself comes below what people said, be it while the manifest was read: a
 * name that was chosen is among the overrides.
 */
const belowWhatWasSaid: Readonly<Record<string, string>> = {
  name: `coalesce(overrides ->> 'name', :name)`,
  description: `coalesce(description, :description)`,
  tags: `tags || array(select given.tag from unnest(:tags::text[]) with ordinality as given (tag, place)
                        where given.tag <> all (tags) order by given.place)`,
  fields: `:fields::jsonb || fields`,
};

/** The columns of the facts that a step found out. */
function factColumns(facts: Found): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (facts.conditions !== undefined) columns["conditions"] = json(facts.conditions);
  if (facts.sourceArchive !== undefined) columns["source_archive"] = facts.sourceArchive;
  if (facts.manifestPath !== undefined) columns["manifest_path"] = facts.manifestPath;
  if (facts.manifestText !== undefined) columns["manifest_text"] = facts.manifestText;
  if (facts.manifest !== undefined) columns["manifest"] = json(facts.manifest);
  if (facts.params !== undefined) columns["params"] = json(facts.params);
  if (facts.fields !== undefined) columns["fields"] = json(facts.fields);
  for (const column of ["name", "description", "tags", "engine", "priority"] as const)
    if (facts[column] !== undefined) columns[column] = facts[column];
  if (facts.warnings !== undefined) columns["warnings"] = json(facts.warnings);
  if (facts.resources !== undefined) columns["resources"] = json(facts.resources);
  if (facts.image !== undefined) columns["image"] = json(facts.image);
  return columns;
}
