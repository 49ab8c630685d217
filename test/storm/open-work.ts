import type { Knex } from "knex";

export async function openCount(knex: Knex): Promise<number> {
  const { rows } = await knex.raw(
    "select count(*) as count from experiments where finished_at is null",
  );
  return rows[0].count;
}

/** Experiments, jobs and deliveries that have not come to their end. */
export async function unfinishedCount(knex: Knex): Promise<number> {
  const { rows } = await knex.raw(
    `select (select count(*) from experiments where finished_at is null)
          + (select count(*) from jobs)
          + (select count(*) from deliveries where decision = 'pending') as count`,
  );
  return rows[0].count;
}

/** What they wait for, as sentences. */
export async function stuckOnes(knex: Knex): Promise<readonly string[]> {
  const { rows } = await knex.raw(
    `select j.kind, j.subject_id, j.owner, j.due_at - now() as due, j.failures, j.error,
            e.name, e.step, e.step_status, e.note, r.state
       from jobs j
       left join experiments e on e.id = j.subject_id
       left join runs r on r.id = j.subject_id`,
  );
  return rows.map((row: object) => `stuck: ${JSON.stringify(row)}`);
}
