import type { Knex } from "knex";

import type { Engine } from "../../src/core/engine.ts";
import { PostgresInvariantStore } from "../../src/db/invariants.ts";
import { MACHINES } from "./storm-engine.ts";

/** Of the history, which only grows: one ending for each experiment. */
const ENDED_TWICE = `
  select experiment_id from step_changes
   where status in ('Failed', 'Cancelled') or (step = 'Completed' and status = 'Succeeded')
   group by experiment_id having count(*) > 1`;

/** What does not hold now, as sentences. */
export async function brokenRules(
  knex: Knex,
  engine: Pick<Engine, "list">,
): Promise<readonly string[]> {
  const invariants = await new PostgresInvariantStore(knex).broken(
    MACHINES.map((machine) => ({ ...machine, engine: "dummy" })),
  );
  const broken = invariants.map(
    ({ name, sentence, rows }) => `${name}: ${sentence} ${JSON.stringify(rows)}`,
  );
  const { rows } = await knex.raw(ENDED_TWICE);
  return [
    ...broken,
    ...rows.map((row: object) => `ended twice: ${JSON.stringify(row)}`),
    ...(await startedUnwritten(knex, engine)),
  ];
}

/** The engine is asked first: what runs had its id written before. */
async function startedUnwritten(
  knex: Knex,
  engine: Pick<Engine, "list">,
): Promise<readonly string[]> {
  const started = (await engine.list())
    .filter(({ observation }) => observation.kind !== "prepared")
    .map(({ attemptId }) => attemptId);
  const { rows } = await knex.raw(
    "select id from attempts where id = any(?::uuid[]) and engine_id is null",
    [started],
  );
  return rows.map(
    ({ id }: { id: string }) => `attempt ${id} was started before its id was written`,
  );
}
