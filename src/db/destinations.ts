import type {
  Access,
  Destination,
  DestinationStore,
  NewDestination,
  NoticeEvent,
} from "../core/notice.ts";
import { optional, query } from "./query.ts";
import { seal } from "./sealed.ts";

type Db = Parameters<typeof query>[0];

export class PostgresDestinationStore implements DestinationStore {
  readonly #db: Db;
  readonly #key: Uint8Array;

  constructor(db: Db, secretKey: Uint8Array) {
    this.#db = db;
    this.#key = secretKey;
  }

  async list(projectId: string): Promise<readonly Destination[]> {
    const rows = await query<DestinationRow>(
      this.#db,
      `select * from destinations where project_id = :projectId order by created_at, id`,
      { projectId },
    );
    return rows.map(toDestination);
  }

  async put({ access, events, ...columns }: NewDestination): Promise<Destination> {
    // An experiment that is being made locks its project too: it sees the destination, or is seen below.
    await query(this.#db, `select from projects where id = :projectId for update`, {
      projectId: columns.projectId,
    });
    const [row] = await query<DestinationRow>(
      this.#db,
      `insert into destinations (project_id, kind, address, events, sealed, created_by)
       values (:projectId, :kind, :address, :events, :sealed, :createdBy)
       on conflict (project_id) where kind = 'forge' do update
         set address = excluded.address, sealed = excluded.sealed, created_by = excluded.created_by,
             created_at = excluded.created_at, failures = 0, paused_until = null, trouble = null
       returning *`,
      {
        ...columns,
        kind: access.kind,
        events: [...events],
        sealed: seal(this.#key, JSON.stringify(access)),
      },
    );
    if (row === undefined) throw new Error("the destination was not written");
    await this.#oweActive(row);
    if (access.kind === "forge") await this.#oweRefused(row.id);
    return toDestination(row);
  }

  async remove(projectId: string, id: string): Promise<void> {
    await query(this.#db, `delete from destinations where project_id = :projectId and id = :id`, {
      projectId,
      id,
    });
  }

  /** What is active moves on with notices; of a commit, how it stands now is owed at once. */
  async #oweActive({ id, project_id: projectId, kind }: DestinationRow): Promise<void> {
    await query(
      this.#db,
      `update experiments set notifies = true
        where project_id = :projectId and finished_at is null and not notifies`,
      { projectId },
    );
    if (kind !== "forge") return;
    await query(
      this.#db,
      `with owed as (
         insert into notices (destination_id, experiment_id, event, about, step, step_status)
         select :id, e.id, 'status', concat(e.commit_sha, ' ', e.manifest_selector), e.step, e.step_status
           from experiments e
          where e.project_id = :projectId and e.finished_at is null and e.source_kind = 'commit' and e.commit_sha is not null
          order by e.sequence
         on conflict do nothing
         returning experiment_id
       )
       insert into jobs (kind, subject_id) select 'notice', experiment_id from owed
       on conflict (kind, subject_id) do update set wakes = jobs.wakes + 1, net = false`,
      { id, projectId },
    );
  }

  async #oweRefused(id: string): Promise<void> {
    await query(
      this.#db,
      `with owed as (
         update notices
            set state = 'owed', version = version + 1, tries = 0, reason = null, settled_at = null,
                owed_at = clock_timestamp(), due_at = now()
          where destination_id = :id and (state = 'refused' and settled_at > now() - interval '1 day')
         returning experiment_id
       )
       insert into jobs (kind, subject_id) select distinct 'notice', experiment_id from owed
       on conflict (kind, subject_id) do update set wakes = jobs.wakes + 1, net = false`,
      { id },
    );
    // What waits for the forge to come back is tried at once with what is believed now.
    await query(
      this.#db,
      `with waiting as (
         update notices set due_at = now() where destination_id = :id and state = 'owed' returning experiment_id
       )
       update jobs set due_at = now(), net = false
         from waiting
        where jobs.kind = 'notice' and jobs.subject_id = waiting.experiment_id and jobs.owner is null`,
      { id },
    );
  }
}

interface DestinationRow {
  readonly id: string;
  readonly project_id: string;
  readonly kind: Access["kind"];
  readonly address: string;
  readonly events: NoticeEvent[];
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly trouble: string | null;
  readonly paused_until: Date | null;
}

const toDestination = (row: DestinationRow): Destination => ({
  id: row.id,
  kind: row.kind,
  address: row.address,
  events: row.events,
  createdBy: optional(row.created_by),
  createdAt: row.created_at,
  trouble: optional(row.trouble),
  pausedUntil: optional(row.paused_until),
});
