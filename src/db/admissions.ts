import type { AdmissionStore, Hold } from "../core/admission.ts";
import { SECONDS_PER_POINT } from "../core/turn.ts";
import { query } from "./query.ts";
import type { Db } from "./transaction.ts";

type SnapshotRows = Awaited<ReturnType<AdmissionStore["snapshot"]>>;

/** A look at everything that waits and everything that is taken, in one statement. */
export class PostgresAdmissionStore implements AdmissionStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async snapshot(): Promise<SnapshotRows> {
    const [row] = await query<{ snapshot: SnapshotRows }>(
      this.#db,
      `select json_build_object(
         'active', (
           select count(*) from experiments e
            where e.admitted_at is not null and e.finished_at is null and ${SOMEBODY_WAITS}),
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
             select e.project_id as "projectId", e.conditions -> 'concurrency' ->> 'group' as "group",
                    json_agg(json_build_object(
                      'id', e.id, 'number', e.number, 'sequence', e.sequence,
                      'cancel', e.conditions -> 'concurrency' ->> 'cancel',
                      'isActive', e.admitted_at is not null, 'isLeaving', e.cancel_requested_at is not null)) as members
               from experiments e
              where e.finished_at is null and e.conditions -> 'concurrency' is not null
              group by 1, 2
             having bool_or(e.ready and e.admitted_at is null)) g),
         'waiting', (
           select coalesce(json_agg(w), '[]') from (
             select e.id, e.project_id as "projectId", e.sequence, e.priority, e.conditions -> 'concurrency' as concurrency,
                    extract(epoch from now() - e.created_at)::float8 as "waitedSeconds",
                    -- Those of one project and group wait for the same: beyond these none can go.
                    row_number() over (
                      partition by e.project_id, e.conditions -> 'concurrency' ->> 'group'
                          order by ${TURN("e")}) as place
               from experiments e
              where e.ready and e.admitted_at is null and e.finished_at is null and e.cancel_requested_at is null
                -- An older one whose conditions are just being read is not overtaken; a stuck one holds nobody up.
                and not exists (select from experiments o
                                 where o.project_id = e.project_id and o.sequence < e.sequence
                                   and o.conditions is null and o.finished_at is null
                                   and o.created_at > now() - interval '5 seconds')) w
            where w.place <= ${MOST}),
         'queueing', (
           select coalesce(jsonb_agg(to_jsonb(q) - 'planned' || jsonb_build_object('replicas', (
                    select jsonb_agg(jsonb_build_object('name', replica -> 'name', 'resources', replica -> 'resources'))
                      from jsonb_array_elements(q.planned) as replica))), '[]')
             from (
               select r.id, a.id as "attemptId", r.experiment_id as "experimentId", r.engine, r.daemon, r.sequence, r.priority,
                      extract(epoch from now() - r.created_at)::float8 as "waitedSeconds",
                      extract(epoch from now() - r.queued_at)::float8 as "queuedSeconds",
                      row_number() over (partition by r.engine order by ${TURN("r")}) as place,
                      r.plan -> 'replicas' as planned
                 from runs r
                 join attempts a on a.run_id = r.id and a.live
                where r.state = 'Queueing' and a.reservation is null and not r.cancel_requested) q
            where q.place <= ${MOST}),
         'reservations', (
           select coalesce(json_agg(reserved || jsonb_build_object('engine', a.engine, 'daemon', r.daemon)), '[]')
             from attempts a join runs r on r.id = a.run_id, jsonb_array_elements(a.reservation) as reserved
            where a.live and a.reservation is not null and ${SOMEBODY_QUEUES})
       ) as snapshot`,
    );
    if (row === undefined) throw new Error("the snapshot is empty");
    const { projects, waiting, queueing, reservations, ...rest } = row.snapshot;
    return {
      ...rest,
      queueing: queueing.map((run) => ({ ...run, daemon: run.daemon ?? undefined })),
      reservations: reservations.map((each) => ({ ...each, daemon: each.daemon ?? undefined })),
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

  async holds(): ReturnType<AdmissionStore["holds"]> {
    const rows = await query<Hold & { readonly engine: string | null }>(
      this.#db,
      `select engine, reason, drain from paused_engines
       union all
       select null, reason, drain from paused_queue`,
    );
    const queue = rows.find(({ engine }) => engine === null);
    const engines = rows.flatMap(({ engine, reason, drain }) =>
      engine === null ? [] : [[engine, { reason, drain }] as const],
    );
    return { queue: queue && toHold(queue), engines: new Map(engines) };
  }

  async setHold(engine: string | undefined, hold: Hold | undefined): Promise<void> {
    const [table, key, value] =
      engine === undefined
        ? ["paused_queue", "singleton", true]
        : ["paused_engines", "engine", engine];
    if (hold === undefined)
      await query(this.#db, `delete from ${table} where ${key} = :value`, { value });
    else
      await query(
        this.#db,
        `insert into ${table} (${key}, reason, drain) values (:value, :reason, :drain)
         on conflict (${key}) do update set reason = excluded.reason, drain = excluded.drain`,
        { value, ...toHold(hold) },
      );
  }

  async busy(): Promise<number> {
    const [row] = await query<{ busy: number }>(
      this.#db,
      `select count(*)::int as busy
         from experiments e
        where e.admitted_at is not null and e.finished_at is null
          and not exists (
            select from runs r join attempts a on a.run_id = r.id and a.live
             where r.experiment_id = e.id and r.state = 'Queueing' and a.reservation is null)`,
    );
    return row?.busy ?? 0;
  }

  async onEngine(
    engine: string,
    daemons?: readonly string[],
  ): ReturnType<AdmissionStore["onEngine"]> {
    const rows = await query<{ id: string; note: string | null }>(
      this.#db,
      `select distinct e.id, e.note
         from attempts a
         join runs r on r.id = a.run_id
         join experiments e on e.id = r.experiment_id
        where a.engine = :engine and a.live and a.reservation is not null and e.finished_at is null
          and (:all or r.daemon is null or r.daemon = any(:daemons))`,
      { engine, all: daemons === undefined, daemons: daemons ?? [] },
    );
    return rows.map(({ id, note }) => ({ id, note: note ?? undefined }));
  }
}

const toHold = ({ reason, drain }: Hold): Hold => ({ reason, drain });

/** So many of each line are looked at. */
const MOST = 1000;

/** Without them what is taken is of no interest, and it is thousands of rows. */
const SOMEBODY_WAITS = `exists (
  select from experiments w where w.ready and w.admitted_at is null and w.finished_at is null)`;
const SOMEBODY_QUEUES = `exists (
  select from runs w join attempts t on t.run_id = w.id and t.live
   where w.state = 'Queueing' and t.reservation is null and not w.cancel_requested)`;

/** `byTurn` in SQL. */
const TURN = (table: string): string =>
  `${table}.priority * ${SECONDS_PER_POINT} + extract(epoch from ${table}.created_at), ${table}.sequence`;
