import type { Knex } from "knex";

/** An experiment makes about ten moves. */
const MOVES_PER_BLOW = 30;
/** Where nothing moves, because servers stand still, the storm goes on all the same. */
const LONGEST_LULL_MILLISECONDS = 3000;

/**
 * Blows keep step with the work: on a slow machine they would otherwise fall so often that nothing is ever done, and a
 * step that loses five servers in a row is rightly given up.
 */
export class Pace {
  readonly #knex: Knex;
  #moves = 0;
  #at = performance.now();

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async isDue(): Promise<boolean> {
    const { rows } = await this.#knex.raw(
      `select coalesce((select max(id) from step_changes), 0)
            + coalesce((select max(id) from run_changes), 0) as moves`,
    );
    const { moves } = rows[0];
    const lull = performance.now() - this.#at;
    if (moves - this.#moves < MOVES_PER_BLOW && lull < LONGEST_LULL_MILLISECONDS) return false;
    this.#moves = moves;
    this.#at = performance.now();
    return true;
  }
}
