import type { Knex } from "knex";

import type { AdmissionStore } from "../core/admission.ts";
import { query } from "./query.ts";

type SnapshotRows = Awaited<ReturnType<AdmissionStore["snapshot"]>>;

/** A look at everything that waits and everything that is taken, in one statement. */
export class PostgresAdmissionStore implements AdmissionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async snapshot(): Promise<SnapshotRows> {
    const [row] = await query<{ snapshot: SnapshotRows }>(
      this.#db,
      `select json_build_object(
         'projects', (
           select coalesce(json_agg(json_build_object(
                    'id', p.id, 'slug', p.slug, 'maxActive', p.settings -> 'maxActive',
                    'active', (select count(*) from experiments e
                                where e.project_id = p.id and e.admitted_at is not null and e.finished_at is null))), '[]')
             from projects p
            where exists (select from experiments e
                           where e.project_id = p.id and e.ready and e.admitted_at is null and e.finished_at is null)),
         'groups', (
           select coalesce(json_agg(g), '[]') from (
             select e.project_id as "projectId", e.conditions -> 'concurrency' ->> 'group' as "group", count(*)::int as active
               from experiments e
              where e.admitted_at is not null and e.finished_at is null and e.conditions -> 'concurrency' is not null
              group by 1, 2) g),
         'waiting', (
           select coalesce(json_agg(w), '[]') from (
             select e.id, e.project_id as "projectId", e.sequence, e.priority, e.conditions -> 'concurrency' as concurrency
               from experiments e
              where e.ready and e.admitted_at is null and e.finished_at is null and e.cancel_requested_at is null
                -- An older one whose conditions are just being read is not overtaken; a stuck one holds nobody up.
                and not exists (select from experiments o
                                 where o.project_id = e.project_id and o.sequence < e.sequence
                                   and o.conditions is null and o.finished_at is null
                                   and o.created_at > now() - interval '5 seconds')
              order by e.priority, e.sequence
              limit 1000) w),
         'queueing', (
           select coalesce(json_agg(q), '[]') from (
             select r.id, a.id as "attemptId", r.experiment_id as "experimentId", r.engine, r.sequence, r.priority,
                    extract(epoch from now() - r.queued_at)::float8 as "queuedSeconds",
                    (select json_agg(json_build_object('name', replica -> 'name', 'resources', replica -> 'resources'))
                       from jsonb_array_elements(r.plan -> 'replicas') as replica) as replicas
               from runs r
               join attempts a on a.run_id = r.id and a.live
              where r.state = 'Queueing' and a.reservation is null and not r.cancel_requested
              order by r.priority, r.sequence
              limit 1000) q),
         'reservations', (
           select coalesce(json_agg(reserved || jsonb_build_object('engine', a.engine)), '[]')
             from attempts a, jsonb_array_elements(a.reservation) as reserved
            where a.live and a.reservation is not null)
       ) as snapshot`,
    );
    if (row === undefined) throw new Error("the snapshot is empty");
    const { projects, waiting, ...rest } = row.snapshot;
    return {
      ...rest,
      projects: projects.map((project) => ({
        ...project,
        maxActive: project.maxActive ?? undefined,
      })),
      waiting: waiting.map((experiment) => ({
        ...experiment,
        concurrency: experiment.concurrency ?? undefined,
      })),
    };
  }

  async pausedEngines(): Promise<ReadonlyMap<string, string>> {
    const rows = await query<{ engine: string; reason: string }>(
      this.#db,
      `select engine, reason from paused_engines`,
    );
    return new Map(rows.map((row) => [row.engine, row.reason]));
  }

  async setPaused(engine: string, reason: string | undefined): Promise<void> {
    if (reason === undefined)
      await query(this.#db, `delete from paused_engines where engine = :engine`, { engine });
    else
      await query(
        this.#db,
        `insert into paused_engines (engine, reason) values (:engine, :reason)
         on conflict (engine) do update set reason = excluded.reason`,
        { engine, reason },
      );
  }
}
