import type { DuePoll, PollResult, PollStore } from "../core/polling.ts";
import { optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

export class PostgresPollStore implements PollStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async claim(limit: number): Promise<readonly DuePoll[]> {
    const rows = await query<{ project_id: string; has_base: boolean; failures: number }>(
      this.#db,
      // Of two servers, the second one finds it due no more.
      `insert into polls (project_id, due_at)
       select projects.id, now() + interval '90 seconds'
         from projects left join polls on polls.project_id = projects.id
        where forge <> 'builtin' and settings ->> 'pollSeconds' is not null
          and coalesce(polls.due_at <= now(), true)
        order by polls.due_at nulls first limit :limit
       on conflict (project_id) do update set due_at = excluded.due_at where polls.due_at <= now()
       returning project_id, has_base, failures`,
      { limit },
    );
    return rows.map((row) => ({
      projectId: row.project_id,
      hasBase: row.has_base,
      failures: row.failures,
    }));
  }

  async record(projectId: string, result: Parameters<PollStore["record"]>[1]): Promise<void> {
    await query(
      this.#db,
      `update polls
          set polled_at = now(), problem = :problem,
              failures = case when :problem::text is null then 0 else failures + 1 end,
              due_at = now() + make_interval(secs => :nextInSeconds)
        where project_id = :projectId`,
      { projectId, ...result },
    );
  }

  async setBase(projectId: string): Promise<void> {
    await query(
      this.#db,
      `insert into polls (project_id, has_base) values (:projectId, true)
       on conflict (project_id) do update set has_base = true`,
      { projectId },
    );
  }

  async find(projectId: string): Promise<PollResult | undefined> {
    const [row] = await query<{ polled_at: Date | null; problem: string | null }>(
      this.#db,
      `select polled_at, problem from polls where project_id = :projectId`,
      { projectId },
    );
    return row && { polledAt: optional(row.polled_at), problem: optional(row.problem) };
  }
}
