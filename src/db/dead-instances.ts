import type { Knex } from "knex";

import { advisoryLocks } from "./advisory-locks.ts";
import { query } from "./query.ts";

/** A server whose session lives but that has not beaten for so long is taken for dead. */
const LEASE_SECONDS = 15;
/** A server whose lock can be taken is dead; new ones are given this long to take it. */
const SETTLING_SECONDS = 1;

/** Ends the leases of servers that died; their jobs become due. Answers how many jobs that were. */
export async function releaseDeadInstances(db: Knex): Promise<number> {
  const candidates = await query<{ id: string; lock_key: number; overdue: boolean }>(
    db,
    `select id, lock_key, heartbeat_at < now() - ${LEASE_SECONDS} * interval '1 second' as overdue
       from instances
      where heartbeat_at < now() - ${SETTLING_SECONDS} * interval '1 second'
         for update skip locked`,
  );
  let released = 0;
  for (const { id, lock_key, overdue } of candidates) {
    const [lock] = await query<{ free: boolean }>(
      db,
      `select pg_try_advisory_xact_lock(${advisoryLocks.instance}, :lock_key) as free`,
      { lock_key },
    );
    if (!overdue && lock?.free !== true) continue;
    const jobs = await query(
      db,
      `update jobs set owner = null, due_at = now(), lost_leases = lost_leases + 1, net = false
        where owner = :id returning id`,
      { id },
    );
    await query(db, `delete from instances where id = :id`, { id });
    await endSession(db, lock_key);
    released += jobs.length;
  }
  return released;
}

/** What a server that sleeps does alone (it observes, it builds) it holds by its session, and the others wait for it. */
async function endSession(db: Knex, lockKey: number): Promise<void> {
  await query(
    db,
    `select pg_terminate_backend(pid)
       from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and pg_locks.granted
        and classid = ${advisoryLocks.instance} and objid = :lockKey
        and datname = current_database() and usename = current_user
        and pid <> pg_backend_pid()`,
    { lockKey },
  );
}
