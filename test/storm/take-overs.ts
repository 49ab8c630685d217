import type { Knex } from "knex";

interface Orphan {
  readonly token: number;
  readonly since: number;
}

/** How long what a killed server worked on lies until another one has it. Seen by looking, every 50 ms or so. */
export class TakeOvers {
  readonly milliseconds: number[] = [];
  readonly #knex: Knex;
  readonly #orphans = new Map<string, Orphan>();
  /** Of each server, by the name of its sessions. */
  #instances = new Map<string, string>();

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Whose registration is whose. */
  async look(): Promise<void> {
    const { rows } = await this.#knex.raw(
      `select i.id, a.application_name as name
         from instances i
         join pg_locks l on l.locktype = 'advisory' and l.classid = 7005 and l.objid = i.lock_key and l.granted
         join pg_stat_activity a on a.pid = l.pid`,
    );
    for (const { id, name } of rows) this.#instances.set(name, id);
    await this.#settle();
  }

  /** The server of these sessions is dead since now. */
  async died(name: string): Promise<void> {
    const since = performance.now();
    const instance = this.#instances.get(name);
    if (instance === undefined) return;
    const { rows } = await this.#knex.raw("select id::text, token from jobs where owner = ?", [
      instance,
    ]);
    for (const { id, token } of rows) this.#orphans.set(id, { token, since });
  }

  async #settle(): Promise<void> {
    if (this.#orphans.size === 0) return;
    const { rows } = await this.#knex.raw(
      "select id::text, token from jobs where id = any(?::bigint[])",
      [[...this.#orphans.keys()]],
    );
    const now = new Map<string, number>(
      rows.map(({ id, token }: { id: string; token: number }) => [id, token]),
    );
    for (const [id, { token, since }] of this.#orphans) {
      const there = now.get(id);
      if (there !== undefined && there === token) continue;
      this.milliseconds.push(performance.now() - since);
      this.#orphans.delete(id);
    }
  }
}
