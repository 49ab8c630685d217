import { StaleExperimentError } from "../core/errors.ts";
import type {
  Attempt,
  LiveRun,
  NewRun,
  Place,
  Run,
  RunMove,
  RunStore,
  Sighting,
} from "../core/run.ts";
import { isRunOver } from "../core/run.ts";
import { ATTEMPT_BESIDE, type LiveRunRow, toLiveRun } from "./live-run-rows.ts";
import { execute, json, query } from "./query.ts";
import { type AttemptRow, type RunRow, toAttempt, toRun } from "./run-rows.ts";
import type { Db } from "./transaction.ts";

/** What a Run is made of, of `runs r` with its experiment `e`. */
const COLUMNS = `r.*, e.project_id, e.delivery_id, e.request_id, clock_timestamp() as as_of`;
const RUN = `select ${COLUMNS} from runs r join experiments e on e.id = r.experiment_id`;

export class PostgresRunStore implements RunStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async create(run: NewRun): Promise<Run> {
    const [row] = await query<RunRow>(
      this.#db,
      `with made as (
         insert into runs (experiment_id, name, engine, priority, plan, token_hash, daemon)
         values (:experiment, :name, :engine, :priority, :plan, :token, :daemon)
         on conflict (experiment_id, name) do update set name = excluded.name
         returning *
       ), history as (
         insert into run_changes (run_id, state, attempt) select id, state, attempt from made where state = 'Submitted'
       )
       select ${COLUMNS} from made r join experiments e on e.id = r.experiment_id`,
      {
        experiment: run.experimentId,
        name: run.name,
        engine: run.engine,
        priority: run.priority,
        plan: json(run.plan),
        token: run.tokenHash,
        daemon: run.daemon,
      },
    );
    if (row === undefined) throw new Error(`run ${run.name} was not made`);
    return toRun(row);
  }

  async find(id: string): Promise<Run | undefined> {
    const [row] = await query<RunRow>(this.#db, `${RUN} where r.id = :id`, { id });
    return row && toRun(row);
  }

  async findLive(id: string): Promise<LiveRun | undefined> {
    const [row] = await query<LiveRunRow>(
      this.#db,
      `select ${COLUMNS}, ${ATTEMPT_BESIDE}
         from runs r
         join experiments e on e.id = r.experiment_id
         left join attempts a on a.run_id = r.id and a.live
        where r.id = :id`,
      { id },
    );
    return row && toLiveRun(row);
  }

  async discard(experimentId: string): Promise<void> {
    await execute(
      this.#db,
      `with unstarted as (
         delete from runs where experiment_id = :experimentId and (started_at is null or exception ->> 'kind' = 'ImageGone')
         returning id
       )
       delete from jobs using unstarted where kind = 'run' and subject_id = unstarted.id`,
      { experimentId },
    );
  }

  async ofExperiment(experimentId: string): Promise<readonly Run[]> {
    return (await this.ofExperiments([experimentId])).get(experimentId) ?? [];
  }

  async ofExperiments(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>> {
    const rows = await query<RunRow>(
      this.#db,
      `${RUN} where r.experiment_id = any(:ids) order by r.sequence`,
      { ids },
    );
    return Map.groupBy(rows.map(toRun), (run) => run.experimentId);
  }

  async advance(run: Run, move: RunMove): Promise<LiveRun> {
    const [row] = await query<LiveRunRow>(
      this.#db,
      `with moved as (
         update runs
            set state = :state, reason = :reason,
                exit_code = coalesce(:exitCode, exit_code),
                exception = :exception,
                failures = coalesce(:failures, failures),
                platform_faults = coalesce(:platformFaults, platform_faults),
                queued_at = case when :state = 'Queueing' then clock_timestamp() else queued_at end,
                finished_at = ${isRunOver(move.state) ? "clock_timestamp()" : "null"}
          where id = :id and state = :from and attempt = :attempt and finished_at is null
         returning *
       ), history as (
         insert into run_changes (run_id, state, reason, attempt, exception)
         select id, :state, :reason, attempt, :exception from moved
       )
       select ${COLUMNS}, ${ATTEMPT_BESIDE}
         from moved r
         join experiments e on e.id = r.experiment_id
         left join attempts a on a.run_id = r.id and a.live`,
      {
        id: run.id,
        from: run.state,
        attempt: run.attempt,
        state: move.state,
        reason: move.reason,
        exitCode: move.exitCode,
        exception: json(move.exception),
        failures: move.failures,
        platformFaults: move.platformFaults,
      },
    );
    if (row === undefined)
      throw new StaleExperimentError(`run ${run.id} is no longer ${run.state}`);
    return toLiveRun(row);
  }

  async reasons(
    told: readonly { readonly runId: string; readonly reason: string }[],
  ): Promise<void> {
    if (told.length === 0) return;
    await execute(
      this.#db,
      `update runs r set reason = given.reason
         from unnest(:ids::uuid[], :texts::text[]) as given (id, reason)
        where r.id = given.id and r.finished_at is null and r.reason is distinct from given.reason`,
      { ids: told.map(({ runId }) => runId), texts: told.map(({ reason }) => reason) },
    );
  }

  async requestCancel(id: string, kill: boolean): Promise<boolean> {
    const rows = await query(
      this.#db,
      `update runs set cancel_requested = true, cancel_kill = cancel_kill or :kill
        where id = :id and finished_at is null and (not cancel_requested or (:kill and not cancel_kill))
       returning id`,
      { id, kill },
    );
    return rows.length === 1;
  }

  async findByTokenHash(tokenHash: string): Promise<Run | undefined> {
    const [row] = await query<RunRow>(
      this.#db,
      `${RUN} where r.token_hash = :tokenHash and r.finished_at is null`,
      { tokenHash },
    );
    return row && toRun(row);
  }

  async createAttempt(run: Run): Promise<Attempt> {
    const [row] = await query<AttemptRow>(
      this.#db,
      `with counted as (
         update runs set attempt = attempt + 1 where id = :id and attempt = :attempt returning attempt
       )
       insert into attempts (run_id, number, engine)
       select :id, attempt, :engine from counted
       returning *`,
      { id: run.id, attempt: run.attempt, engine: run.engine },
    );
    if (row === undefined) throw new StaleExperimentError(`run ${run.id} has another attempt`);
    return toAttempt(row);
  }

  async liveAttempt(runId: string): Promise<Attempt | undefined> {
    const [row] = await query<AttemptRow>(
      this.#db,
      `select * from attempts where run_id = :runId and live`,
      { runId },
    );
    return row && toAttempt(row);
  }

  async attempts(runId: string): Promise<readonly Attempt[]> {
    return (await this.attemptsOf([runId])).get(runId) ?? [];
  }

  async attemptsOf(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    const rows = await query<AttemptRow>(
      this.#db,
      `select * from attempts where run_id = any(:runIds) order by number`,
      { runIds },
    );
    return Map.groupBy(rows.map(toAttempt), (attempt) => attempt.runId);
  }

  async markStopping(attemptId: string): Promise<void> {
    await execute(
      this.#db,
      `update attempts set stop_requested_at = coalesce(stop_requested_at, clock_timestamp())
        where id = :attemptId and live`,
      { attemptId },
    );
  }

  async setEngineId(attemptId: string, engineId: string): Promise<void> {
    const rows = await query(
      this.#db,
      `update attempts set engine_id = :engineId
        where id = :attemptId and live and (engine_id is null or engine_id = :engineId) returning id`,
      { attemptId, engineId },
    );
    if (rows.length !== 1) throw new StaleExperimentError(`attempt ${attemptId} is over`);
  }

  async reserve(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    await execute(
      this.#db,
      `update attempts a set reservation = given.reservation::jsonb
         from unnest(:ids::uuid[], :reservations::text[]) as given (id, reservation)
        where a.id = given.id and a.live and a.reservation is null`,
      {
        ids: places.map(({ attemptId }) => attemptId),
        reservations: places.map(({ reservation }) => json(reservation)),
      },
    );
  }

  async closeAttempt(attemptId: string): Promise<void> {
    await execute(
      this.#db,
      `update attempts set live = false, finished_at = clock_timestamp() where id = :attemptId and live`,
      { attemptId },
    );
  }

  async liveOn(engine: string, daemons?: readonly string[]): Promise<readonly Attempt[]> {
    const rows = await query<AttemptRow>(
      this.#db,
      `select a.* from attempts a join runs r on r.id = a.run_id
        where a.engine = :engine and a.live and a.engine_id is not null
          and (:all or r.daemon is null or r.daemon = any(:daemons))`,
      { engine, all: daemons === undefined, daemons: daemons ?? [] },
    );
    return rows.map(toAttempt);
  }

  async observe(sightings: readonly Sighting[]): Promise<void> {
    if (sightings.length === 0) return;
    await execute(
      this.#db,
      `with given as (
         select id, text::jsonb as observation
           from unnest(:ids::uuid[], :observations::text[]) as given (id, text)
       ), seen as (
         update attempts a
            set observation = given.observation, observed_at = clock_timestamp(),
                started_at = coalesce(
                  a.started_at, case when given.observation ->> 'kind' <> 'prepared' then clock_timestamp() end)
           from given
          where a.id = given.id and a.live
            and a.observation is distinct from given.observation
            and coalesce(a.observation ->> 'kind', '') <> 'exited'
         returning a.run_id, a.started_at
       )
       update runs r set started_at = seen.started_at
         from seen where r.id = seen.run_id and r.started_at is null and seen.started_at is not null`,
      {
        ids: sightings.map(({ attemptId }) => attemptId),
        observations: sightings.map(({ observation }) => json(observation)),
      },
    );
  }

  async notLive(attemptIds: readonly string[]): Promise<readonly string[]> {
    const rows = await query<{ id: string }>(
      this.#db,
      `select given.id
         from unnest(:attemptIds::uuid[]) as given (id)
         left join attempts a on a.id = given.id and a.live
        where a.id is null`,
      { attemptIds },
    );
    return rows.map((row) => row.id);
  }
}
