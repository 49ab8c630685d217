import type { Knex } from "knex";

/** As if so many seconds had passed for what is owed to the outside. */
export async function passTime(knex: Knex, seconds: number): Promise<void> {
  await knex.raw(
    `update destinations set paused_until = paused_until - ? * interval '1 second' where paused_until is not null`,
    [seconds],
  );
  await knex.raw(
    `update notices set due_at = due_at - ? * interval '1 second', owed_at = owed_at - ? * interval '1 second'
      where state = 'owed'`,
    [seconds, seconds],
  );
  await knex.raw(
    `update jobs set due_at = due_at - ? * interval '1 second' where kind = 'notice' and owner is null`,
    [seconds],
  );
}
