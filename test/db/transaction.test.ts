import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { LostLeaseError } from "../../src/core/errors.ts";
import type { Hint } from "../../src/core/events.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { positional } from "../../src/db/positional.ts";
import { execute, query } from "../../src/db/query.ts";
import { ServerInstance } from "../../src/db/server-instance.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let postgres: TestDatabase;
let database: Database;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

async function claimed(): Promise<Awaited<ReturnType<Database["queue"]["claim"]>>[number]> {
  await database.queue.push("run", randomUUID());
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");
  return job;
}

test("a statement that nobody waits for fails its transaction with its own error", async () => {
  await postgres.knex.raw(
    "create table things (name text unique); insert into things values ('a')",
  );
  const insert = `insert into things values (:name)`;

  const unnoticed = inTransaction(postgres.knex, async (db) => {
    await execute(db, insert, { name: "b" });
    await execute(db, insert, { name: "a" });
  });
  await expect(unnoticed).rejects.toMatchObject({ code: "23505" });
  const noticed = inTransaction(postgres.knex, async (db) => {
    await execute(db, insert, { name: "a" });
    return query(db, `select * from things`);
  });
  await expect(noticed).rejects.toMatchObject({ code: "23505" });

  expect(await query(postgres.knex, `select * from things`)).toEqual([{ name: "a" }]);
});

test("what is done under a claim sees every wake that it answers", async () => {
  const job = await claimed();
  await database.queue.wake("run", [job.subjectId]);

  const { held, answer } = await database.holding(job, async () => "done");

  expect(answer).toBe("done");
  expect(held.wakes).toBe(job.wakes + 1);
});

test("under a claim that holds no longer nothing is kept, and that is what is told", async () => {
  const job = await claimed();
  const other = randomUUID();
  await database.queue.release(job, 0, "timer");

  const work = database.holding(job, async ({ queue }) => {
    await queue.push("run", other);
    throw new Error("it found something else");
  });

  await expect(work).rejects.toThrow(LostLeaseError);
  expect(await postgres.knex("jobs").where({ subject_id: other })).toEqual([]);
});

test("each place of a binding has a parameter of its own, and a cast is none", () => {
  const sql = "select :id::uuid, :ids::text[], '12:30', :id where :nothing";

  expect(positional(sql, { id: 1, ids: [] })).toEqual({
    text: "select $1::uuid, $2::text[], '12:30', $3 where :nothing",
    names: ["id", "ids", "id"],
  });
});

test("the other servers are told of many hints at once, and a server that is alone tells nobody", async () => {
  const payloads: string[] = [];
  const listener = new ServerInstance(postgres.connection, {
    version: "0",
    log: recordingLog().log,
    onHint: (payload) => void payloads.push(payload),
    onRegistered: () => {},
  });
  await listener.start();
  const hints: readonly Hint[] = [{ kind: "work" }, { kind: "schedule" }];
  const alone = new PostgresEventBus(postgres.knex, "alone", { isAlone: true });
  const one = new PostgresEventBus(postgres.knex, "one", { isAlone: false });

  for (const bus of [alone, one]) for (const hint of [...hints, ...hints]) bus.publish(hint);
  await alone.stop();
  await one.stop();

  await waitFor("the notification", () => payloads.length > 0);
  expect(payloads.map((payload) => JSON.parse(payload))).toEqual([["one", hints]]);
  await listener.stop();
});
