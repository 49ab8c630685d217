import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { query } from "../../src/db/query.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;
let database: Database;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

const ids = [randomUUID(), randomUUID()] as const;

async function wakesOf(id: string): Promise<number> {
  const rows = await query<{ wakes: number }>(
    postgres.knex,
    `select wakes from jobs where subject_id = :id`,
    { id },
  );
  return rows[0]?.wakes ?? 0;
}

/** Wakes the jobs in that order; the first time, not before the other has woken its first. */
function crossing(order: readonly string[], mine: Meeting, theirs: Meeting): Promise<number> {
  let tries = 0;
  return database.transaction(async ({ queue, events }) => {
    tries += 1;
    for (const id of order) {
      await queue.wake("run", [id]);
      // Of a wake nobody waits for the answer; of a question everybody does.
      await queue.depth();
      mine.resolve();
      await theirs.promise;
    }
    await events.publish({ kind: "work" });
    return tries;
  });
}

type Meeting = PromiseWithResolvers<void>;

test("of two transactions that wait for each other, one is done again and both are kept", async () => {
  for (const id of ids) await database.queue.push("run", id);
  const [one, two]: readonly [Meeting, Meeting] = [
    Promise.withResolvers(),
    Promise.withResolvers(),
  ];

  const tries = await Promise.all([crossing(ids, one, two), crossing(ids.toReversed(), two, one)]);

  expect(tries.toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(await Promise.all(ids.map(wakesOf))).toEqual([2, 2]);
});

test("a transaction that is done again tells its hints once, and a section is entered again", async () => {
  const { watched, seen } = listening();
  let tries = 0;

  const answer = await watched.exclusively("sweep", async ({ events }) => {
    tries += 1;
    await events.publish({ kind: tries === 1 ? "schedule" : "work" });
    if (tries === 1) throw Object.assign(new Error("could not serialize"), { code: "40001" });
    return "done";
  });

  expect(answer).toBe("done");
  expect(seen).toEqual(["work"]);
});

test("a transaction that never gets through is given up", async () => {
  let tries = 0;

  const work = database.transaction(async () => {
    tries += 1;
    throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
  });

  await expect(work).rejects.toThrow("deadlock detected");
  expect(tries).toBe(6);
});

test("a statement of its own that meets a deadlock is done again, one of a transaction is not", async () => {
  await postgres.knex.raw(`
    create sequence tries;
    create function odd_tries_fail() returns bigint language plpgsql as $$
      declare number bigint = nextval('tries');
      begin
        if number % 2 = 1 then
          raise exception 'crossed' using errcode = 'deadlock_detected';
        end if;
        return number;
      end
    $$`);
  const sql = `select odd_tries_fail() as number`;

  expect(await query(postgres.knex, sql)).toEqual([{ number: 2 }]);
  await expect(postgres.knex.transaction((db) => query(db, sql))).rejects.toThrow("crossed");
});

/** As another server, whose hints can be heard. */
function listening(): { readonly watched: Database; readonly seen: readonly string[] } {
  const seen: string[] = [];
  const events = new PostgresEventBus(postgres.knex, "another", { isAlone: false });
  events.subscribe(({ kind }) => seen.push(kind));
  const options = { secretKey: new Uint8Array(32), events, instance: () => undefined };
  return { watched: createDatabase(postgres.knex, options), seen };
}
