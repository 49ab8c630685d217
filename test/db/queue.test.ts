import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { LostLeaseError } from "../../src/core/errors.ts";
import { advisoryLocks } from "../../src/db/advisory-locks.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;

beforeEach(async () => {
  postgres = await createTestDatabase();
});
afterEach(() => postgres.drop());

/** A server that is registered, without a session that keeps it alive. */
async function server(): Promise<{ id: string; database: Database }> {
  const id = randomUUID();
  await postgres.knex("instances").insert({ id, lock_key: 1, host: "test", version: "0" });
  const events = new PostgresEventBus(postgres.knex, id, { isAlone: false });
  const secretKey = new Uint8Array(32);
  const database = createDatabase(postgres.knex, { secretKey, events, instance: () => id });
  return { id, database };
}

test("a job is claimed by one of two servers", async () => {
  const one = await server();
  const two = await server();
  await one.database.queue.push("experiment", randomUUID());

  const claims = await Promise.all([one.database.queue.claim(5), two.database.queue.claim(5)]);

  expect(claims.flat()).toHaveLength(1);
});

test("a server that is not registered claims nothing", async () => {
  const { id, database } = await server();
  await database.queue.push("experiment", randomUUID());
  await postgres.knex("instances").where({ id }).delete();

  expect(await database.queue.claim(5)).toEqual([]);
});

test("a wake that comes while a job is claimed makes it due right after", async () => {
  const { database } = await server();
  const subject = randomUUID();
  await database.queue.push("run", subject);
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  await database.queue.wake("run", [subject]);
  await database.queue.release(job, 3600, "net");

  expect(await database.queue.claim(1)).toMatchObject([{ subjectId: subject, overdue: false }]);
});

test("without a wake a released job is due only when its time has come", async () => {
  const { database } = await server();
  await database.queue.push("run", randomUUID());
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  await database.queue.release(job, 3600, "net");

  expect(await database.queue.claim(1)).toEqual([]);
});

test("a job that only the safety net made due says so", async () => {
  const { database } = await server();
  await database.queue.push("run", randomUUID());
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  await database.queue.release(job, 0, "net");

  expect(await database.queue.claim(1)).toMatchObject([{ overdue: true }]);
});

test("a dead server's jobs go to another, and what it still writes is refused", async () => {
  const dead = await server();
  const heir = await server();
  await dead.database.queue.push("experiment", randomUUID());
  const [old] = await dead.database.queue.claim(1);
  if (old === undefined) throw new Error("nothing was claimed");
  await postgres
    .knex("instances")
    .where({ id: dead.id })
    .update({ heartbeat_at: new Date(0) });

  expect(await heir.database.exclusively("sweep", ({ servers }) => servers.releaseDead())).toBe(1);
  const [taken] = await heir.database.queue.claim(1);

  expect(taken).toMatchObject({ id: old.id, token: old.token + 1, lostLeases: 1 });
  await expect(dead.database.queue.finish(old)).rejects.toThrow(LostLeaseError);
  await expect(dead.database.queue.hold(old)).rejects.toThrow(LostLeaseError);
});

test("what a server froze at within a transaction goes to another later, and the rest at once", async () => {
  const frozen = await server();
  const heir = await server();
  await frozen.database.queue.push("experiment", randomUUID());
  await frozen.database.queue.push("run", randomUUID());
  const [held, other] = await frozen.database.queue.claim(2);
  if (held === undefined || other === undefined) throw new Error("nothing was claimed");
  await postgres
    .knex("instances")
    .where({ id: frozen.id })
    .update({ heartbeat_at: new Date(0) });
  const releaseDead = () =>
    heir.database.exclusively("sweep", ({ servers }) => servers.releaseDead());

  await frozen.database.transaction(async ({ queue }) => {
    await queue.hold(held);
    expect(await releaseDead()).toBe(1);
    expect(await heir.database.queue.claim(5)).toMatchObject([{ id: other.id, lostLeases: 1 }]);
  });
  expect(await releaseDead()).toBe(1);

  expect(await heir.database.queue.claim(5)).toMatchObject([{ id: held.id, lostLeases: 1 }]);
  expect(await postgres.knex("instances").where({ id: frozen.id })).toEqual([]);
});

test("a look for dead servers holds up no claim of a living one", async () => {
  const { id, database } = await server();
  await database.queue.push("run", randomUUID());
  const session = await postgres.knex.transaction();
  await session.raw(`select pg_advisory_lock(${advisoryLocks.instance}, 1)`);
  await postgres
    .knex("instances")
    .where({ id })
    .update({ heartbeat_at: postgres.knex.raw("now() - interval '3 seconds'") });

  const released = await database.exclusively("sweep", async ({ servers }) => {
    const count = await servers.releaseDead();
    expect(await database.queue.claim(1)).toHaveLength(1);
    return count;
  });

  expect(released).toBe(0);
  await session.raw(`select pg_advisory_unlock(${advisoryLocks.instance}, 1)`);
  await session.rollback();
});

test("what a server could not hand back is due again, and counts as a failure", async () => {
  const { database } = await server();
  const other = await server();
  await database.queue.push("experiment", randomUUID());
  await database.queue.push("run", randomUUID());
  await database.queue.push("delivery", randomUUID());
  const [kept, forgotten] = await database.queue.claim(2);
  if (kept === undefined || forgotten === undefined) throw new Error("nothing was claimed");
  const [others] = await other.database.queue.claim(1);

  await database.queue.keepOnly([kept]);

  expect(await database.queue.claim(5)).toMatchObject([
    { id: forgotten.id, token: forgotten.token + 1, failures: 1, lostLeases: 0 },
  ]);
  await expect(database.queue.finish(kept)).resolves.toBeUndefined();
  await expect(other.database.queue.hold(others ?? kept)).resolves.toMatchObject({ failures: 0 });
});

test("only one server at a time is in a section", async () => {
  const one = await server();
  const two = await server();

  const inner = await one.database.exclusively("scheduler", () =>
    two.database.exclusively("scheduler", () => Promise.resolve("both")),
  );

  expect(inner).toBeUndefined();
});

test("hints of a transaction go out with its commit, and not at all with a rollback", async () => {
  const { database } = await server();
  const seen: string[] = [];
  const bus = new PostgresEventBus(postgres.knex, "other", { isAlone: false });
  const watched = createDatabase(postgres.knex, {
    secretKey: new Uint8Array(32),
    events: bus,
    instance: () => undefined,
  });
  bus.subscribe(({ kind }) => seen.push(kind));

  await watched.transaction(async ({ events }) => {
    await events.publish({ kind: "work" }, { kind: "work" });
    expect(seen).toEqual([]);
  });
  await expect(
    watched.transaction(async ({ events }) => {
      await events.publish({ kind: "schedule" });
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");

  expect(seen).toEqual(["work"]);
  expect(await database.queue.depth()).toEqual([]);
});

test("the time that an engine does not answer adds up, until it does", async () => {
  const { database } = await server();
  await database.queue.push("run", randomUUID());
  const claim = async () => {
    const [job] = await database.queue.claim(1);
    if (job === undefined) throw new Error("nothing was claimed");
    return job;
  };
  const first = await claim();
  await database.queue.awaitEngine(first, 0);
  await postgres
    .knex("jobs")
    .update({ unreachable_since: postgres.knex.raw("now() - interval '5 hours'") });

  const second = await claim();
  await database.queue.awaitEngine(second, 0);
  const third = await claim();
  await database.queue.release(third, 0, "timer");
  const fourth = await claim();

  expect(first.unreachableSeconds).toBeUndefined();
  for (const job of [second, third]) expect(job.unreachableSeconds).toBeGreaterThanOrEqual(18_000);
  expect(fourth.unreachableSeconds).toBeUndefined();
});
