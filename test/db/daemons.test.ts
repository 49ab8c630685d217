import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { MetDaemon } from "../../src/core/daemon.ts";
import type { Database } from "../../src/core/database.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { addProject, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;
beforeEach(async () => {
  postgres = await createTestDatabase();
});
afterEach(() => postgres.drop());

/** A server that is registered and reaches these Docker daemons; without any named, all. */
async function server(daemons?: readonly string[]): Promise<{ id: string; database: Database }> {
  const id = randomUUID();
  const row = { id, lock_key: 1, host: "test", version: "0", daemons: daemons ?? [] };
  await postgres.knex("instances").insert(row);
  const events = new PostgresEventBus(postgres.knex, id, { isAlone: false });
  const options = { secretKey: new Uint8Array(32), events, instance: () => id };
  const database = createDatabase(postgres.knex, { ...options, daemons: () => daemons });
  return { id, database };
}

const daemon = (id: string, more: Partial<MetDaemon> = {}): MetDaemon => ({
  id,
  engine: "docker",
  host: `${id}-machine`,
  place: `${id}-machine unix:///docker.sock`,
  machines: [],
  ...more,
});

/** As if the daemon had been seen last so long ago. */
async function lastSeen(id: string, ago: string): Promise<void> {
  await postgres
    .knex("daemons")
    .where({ id })
    .update({ seen_at: postgres.knex.raw(`now() - interval '${ago}'`) });
}

const claimed = async ({ database }: { database: Database }): Promise<readonly string[]> =>
  (await database.queue.claim(10)).map(({ subjectId }) => subjectId);

test("a job that needs a Docker daemon is for servers that reach it, and one that needs none for all", async () => {
  const one = await server(["here"]);
  const two = await server(["there"]);
  const [onHere, onThere, onAny] = [randomUUID(), randomUUID(), randomUUID()];
  await one.database.queue.push("run", onHere, { daemon: "here" });
  await one.database.queue.push("run", onThere, { daemon: "there" });

  expect(await claimed(one)).toEqual([onHere]);
  await one.database.queue.push("run", onAny);

  expect((await claimed(two)).toSorted()).toEqual([onThere, onAny].toSorted());
});

test("a server that has not met any daemon yet does what needs none", async () => {
  const one = await server([]);
  const [bound, free] = [randomUUID(), randomUUID()];
  await one.database.queue.push("run", bound, { daemon: "there" });
  await one.database.queue.push("run", free);

  expect(await claimed(one)).toEqual([free]);
});

test("the only server of a database does all jobs, whatever daemon they need", async () => {
  const one = await server();
  const subject = randomUUID();
  await one.database.queue.push("run", subject, { daemon: "a daemon of long ago" });

  expect(await claimed(one)).toEqual([subject]);
});

test("a claimed job that is bound to another daemon goes on where it is, and then there", async () => {
  const one = await server(["here"]);
  const two = await server(["there"]);
  const subject = randomUUID();
  await one.database.queue.push("experiment", subject);
  const [job] = await one.database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  await one.database.queue.bind("experiment", subject, "there");
  await one.database.queue.hold(job);
  await one.database.queue.release(job, 0, "timer");

  expect(await claimed(one)).toEqual([]);
  expect(await claimed(two)).toEqual([subject]);
});

test("a job that is pushed again keeps its daemon", async () => {
  const two = await server(["there"]);
  const one = await server(["here"]);
  const subject = randomUUID();
  await one.database.queue.push("experiment", subject);
  await one.database.queue.bind("experiment", subject, "there");

  await one.database.queue.push("experiment", subject);

  expect(await claimed(one)).toEqual([]);
  expect(await claimed(two)).toEqual([subject]);
});

test("a daemon counts as reached while a server that has met it lives", async () => {
  const { id, database } = await server(["here"]);
  await database.daemons.saw(daemon("here"));
  await database.daemons.saw(daemon("there"));

  expect(await database.daemons.reached("docker")).toEqual([daemon("here")]);
  expect(await database.daemons.reached("another engine")).toEqual([]);

  await postgres.knex("instances").where({ id }).delete();
  expect(await database.daemons.reached("docker")).toEqual([]);
});

test("what was on a daemon goes on with another in its place after ten minutes, and anywhere after a day", async () => {
  const { database } = await server(["new"]);
  const place = "machine unix:///docker.sock";
  await database.daemons.saw(daemon("old", { place }));
  await database.daemons.saw(daemon("new", { place }));

  await lastSeen("old", "9 minutes");
  expect(await database.daemons.orphaned([place])).toEqual([]);
  await lastSeen("old", "11 minutes");
  expect(await database.daemons.orphaned([place])).toEqual(["old"]);
  expect(await database.daemons.orphaned(["another machine"])).toEqual([]);
  await lastSeen("old", "25 hours");
  expect(await database.daemons.orphaned(["another machine"])).toEqual(["old"]);
});

test("a daemon that some server reaches is nobody else's to take over, however long it does not answer", async () => {
  const { database } = await server(["here"]);
  await database.daemons.saw(daemon("here"));
  await lastSeen("here", "2 days");

  expect(await database.daemons.orphaned([daemon("here").place])).toEqual([]);
});

test("experiments whose daemon nobody reaches for a while are told once", async () => {
  const { id, database } = await server(["here"]);
  const project = await addProject(database);
  const experiment = await database.experiments.create(pushed(project, "a".repeat(40)));
  if (experiment === undefined) throw new Error("no experiment");
  await database.queue.push("experiment", experiment.id, { daemon: "here" });
  await database.daemons.saw(daemon("here"));
  await lastSeen("here", "1 minute");

  expect(await database.daemons.stranded()).toEqual([]);
  await postgres.knex("instances").where({ id }).delete();
  expect(await database.daemons.stranded()).toEqual([
    { experimentId: experiment.id, host: "here-machine" },
  ]);
  await postgres
    .knex("experiments")
    .update({ note: "waiting for a server that reaches Docker on here-machine" });
  expect(await database.daemons.stranded()).toEqual([]);
});
