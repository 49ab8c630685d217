import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Knex } from "knex";
import { Client } from "pg";
import { pino } from "pino";

import type { Database } from "../../src/core/database.ts";
import { LostLeaseError } from "../../src/core/errors.ts";
import type { Job } from "../../src/core/job.ts";
import { advisoryLocks } from "../../src/db/advisory-locks.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { query } from "../../src/db/query.ts";
import { register } from "../../src/db/register.ts";
import { ServerInstance } from "../../src/db/server-instance.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { waitFor } from "../support/wait-for.ts";

let postgres: TestDatabase;
let instance: ServerInstance;
let database: Database;

beforeEach(async () => {
  postgres = await createTestDatabase();
  instance = new ServerInstance(postgres.connection, {
    version: "0",
    log: pino({ level: "silent" }),
    onHint: () => {},
    onRegistered: () => {},
  });
  const events = new PostgresEventBus(postgres.knex, "this", { isAlone: false });
  const options = { secretKey: new Uint8Array(32), events, instance: () => instance.id };
  database = createDatabase(postgres.knex, options);
  await instance.start();
});
afterEach(async () => {
  await instance.stop();
  await postgres.drop();
});

async function claimed(): Promise<Job> {
  await database.queue.push("experiment", randomUUID());
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");
  return job;
}

const sessions = (db: Knex): Promise<readonly { pid: number; waits: boolean }[]> =>
  query(
    db,
    `select pid, coalesce(wait_event_type = 'Lock', false) as waits from pg_stat_activity
      where datname = current_database() and application_name = 'assay:instance'`,
  );

/** The server's session ends; answers when it has noticed. */
async function endSession(): Promise<void> {
  const before = instance.id;
  for (const { pid } of await sessions(postgres.knex))
    await query(postgres.knex, `select pg_terminate_backend(:pid)`, { pid });
  await waitFor("the server to notice", () => instance.id !== before);
}

const registeredAgain = (): Promise<unknown> =>
  waitFor("another registration", () => instance.id !== undefined);

const instanceIds = async (): Promise<readonly string[]> =>
  (await query<{ id: string }>(postgres.knex, `select id from instances`)).map(({ id }) => id);

test("a server that lost its session goes on with what it works on, under its new registration", async () => {
  const job = await claimed();

  await endSession();
  await registeredAgain();

  expect(await instanceIds()).toEqual([instance.id]);
  expect(await database.queue.claim(1)).toEqual([]);
  await expect(database.queue.hold(job)).resolves.toMatchObject({ lostLeases: 0 });
  await expect(database.queue.finish(job)).resolves.toBeUndefined();
});

test("what another server has claimed meanwhile stays with it", async () => {
  const [lost, kept] = [await claimed(), await claimed()];
  const other = await openStores(postgres);
  let taken: readonly Job[] = [];

  await postgres.knex.transaction(async (blocking) => {
    await query(blocking, `lock table instances in share mode`);
    await endSession();
    await query(postgres.knex, `update jobs set owner = null where id = :id`, { id: lost.id });
    // The claim looks at the instances alone: it is not held up.
    taken = await other.queue.claim(5);
  });
  await registeredAgain();

  expect(taken).toMatchObject([{ id: lost.id }]);
  await expect(database.queue.finish(lost)).rejects.toThrow(LostLeaseError);
  await expect(database.queue.finish(kept)).resolves.toBeUndefined();
});

test("a server that stops while it registers again leaves neither a session nor a registration", async () => {
  let stopped: Promise<void> | undefined;

  await postgres.knex.transaction(async (blocking) => {
    await query(blocking, `lock table instances in share mode`);
    await endSession();
    await waitFor("the new session", async () =>
      (await sessions(postgres.knex)).some(({ waits }) => waits),
    );
    stopped = instance.stop();
  });
  await stopped;

  expect(instance.id).toBeUndefined();
  expect(await instanceIds()).toEqual([]);
  await waitFor("the sessions' end", async () => (await sessions(postgres.knex)).length === 0, 5);
});

test("a server that sleeps loses what one server does alone, though its session lives", async () => {
  const sleeper = new Client(postgres.connection);
  sleeper.on("error", () => {});
  const ended = new Promise<void>((resolve) => sleeper.once("end", resolve));
  await sleeper.connect();
  const id = randomUUID();
  await register(sleeper, { id, daemons: [], version: "0", previous: undefined });
  const lease = [advisoryLocks.lease, "observer docker"];
  await sleeper.query("select pg_advisory_lock($1, hashtext($2))", lease);
  const before = await instance.take("observer docker");

  const long = `update instances set heartbeat_at = now() - interval '1 minute' where id = :id`;
  await query(postgres.knex, long, { id });
  await database.servers.releaseDead();
  await waitFor("the lease", () => instance.take("observer docker"), 5);
  await ended;

  expect(before).toBe(false);
  expect(await instanceIds()).toEqual([instance.id]);
});
