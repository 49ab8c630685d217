import { advisoryLocks } from "./advisory-locks.ts";
import { query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** A server whose session lives but that has not beaten for so long is taken for dead. */
const LEASE_SECONDS = 15;
/** A server whose lock can be taken is dead; one whose session broke is given this long to come back with what it had. */
const SETTLING_SECONDS = 0.3;

/**
 * Ends the leases of servers that died; their jobs become due. Answers how many jobs that were. Only what is a dead server's
 * is locked, and nothing is waited for: one that froze within a transaction has rows of its own until PostgreSQL ends that.
 */
export async function releaseDeadInstances(db: Db): Promise<number> {
  const silent = await query<Instance>(
    db,
    `select id, lock_key, ${IS_OVERDUE} as overdue
       from instances
      where heartbeat_at < now() - ${SETTLING_SECONDS} * interval '1 second'`,
  );
  let released = 0;
  for (const instance of silent)
    if (await isDead(db, instance)) released += await release(db, instance);
  return released;
}

interface Instance {
  readonly id: string;
  readonly lock_key: number;
  readonly overdue: boolean;
}

const IS_OVERDUE = `heartbeat_at < now() - ${LEASE_SECONDS} * interval '1 second'`;

/** Then its row is locked, unless somebody else has it: then it is looked at again. */
async function isDead(db: Db, { id, lock_key, overdue }: Instance): Promise<boolean> {
  const [lock] = await query<{ free: boolean }>(
    db,
    `select pg_try_advisory_xact_lock(${advisoryLocks.instance}, :lock_key) as free`,
    { lock_key },
  );
  const isFree = lock?.free === true;
  if (!overdue && !isFree) return false;
  const mine = await query(
    db,
    `select id from instances where id = :id and (:isFree or ${IS_OVERDUE}) for update skip locked`,
    { id, isFree },
  );
  return mine.length === 1;
}

async function release(db: Db, { id, lock_key }: Instance): Promise<number> {
  const released = await query(
    db,
    `update jobs set owner = null, due_at = now(), lost_leases = lost_leases + 1, net = false
      where id in (select id from jobs where owner = :id for update skip locked) returning id`,
    { id },
  );
  // As long as it has a job, a later round finds it.
  await query(
    db,
    `delete from instances where id = :id and not exists (select from jobs where owner = :id)`,
    { id },
  );
  await endSession(db, lock_key);
  return released.length;
}

/** What a server that sleeps does alone (it observes, it builds) it holds by its session, and the others wait for it. */
async function endSession(db: Db, lockKey: number): Promise<void> {
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
