import { randomInt } from "node:crypto";
import { hostname } from "node:os";

import type { Client } from "pg";

import { advisoryLocks } from "./advisory-locks.ts";

export interface Registration {
  readonly id: string;
  readonly version: string;
  /** The Docker daemons that it has met. */
  readonly daemons: readonly string[];
  /** This server's own, whose session has ended. */
  readonly previous: string | undefined;
}

/**
 * Registers the server of this session, which holds its lock. What it held under `previous` and nobody has taken since
 * goes over to it in the same transaction, with its claims' tokens: who works on it need not know.
 */
export async function register(
  session: Pick<Client, "query">,
  { id, version, daemons, previous }: Registration,
): Promise<void> {
  const lockKey = randomInt(2 ** 31 - 1);
  await session.query("select pg_advisory_lock($1, $2)", [advisoryLocks.instance, lockKey]);
  await session.query("begin");
  await session.query(
    "insert into instances (id, lock_key, host, version, daemons) values ($1, $2, $3, $4, $5)",
    [id, lockKey, hostname(), version, daemons],
  );
  if (previous !== undefined) await inherit(session, id, previous);
  await session.query("commit");
}

async function inherit(
  session: Pick<Client, "query">,
  id: string,
  previous: string,
): Promise<void> {
  // Waits for claims under way, which refer to it, and for a server that takes us for dead, which begins here as well.
  await session.query("select from instances where id = $1 for update", [previous]);
  await session.query("update jobs set owner = $1 where owner = $2", [id, previous]);
  await session.query("delete from instances where id = $1", [previous]);
}
