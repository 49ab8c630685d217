import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import type { CommitStatuses, ForgeTarget } from "../../src/core/forge.ts";
import type { Project } from "../../src/core/project.ts";
import { DEFAULT_SETTINGS } from "../../src/core/project.ts";
import type { Told } from "../../src/core/told.ts";
import { type NoticePorts, tellOwed } from "../../src/pipeline/notices/tell-owed.ts";
import { openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { recordingLog } from "../support/recording-log.ts";

const API = "https://git.example.org";

/** A forge that answers as it is told to, and remembers who said what of which commit. */
class Forge implements CommitStatuses {
  readonly heard: { readonly commit: string; readonly state: string }[] = [];
  answer: () => Promise<Told> = () => Promise.resolve({ kind: "told" });

  apiOf(_target: ForgeTarget): string {
    return API;
  }

  check(): Promise<Told> {
    return Promise.resolve({ kind: "told" });
  }

  async set(...[, { commit, state }]: Parameters<CommitStatuses["set"]>): Promise<Told> {
    this.heard.push({ commit, state });
    return this.answer();
  }
}

let postgres: TestDatabase;
let servers: readonly Database[];
let project: Project;
let forge: Forge;
beforeEach(async () => {
  postgres = await createTestDatabase();
  servers = [await openStores(postgres), await openStores(postgres)];
  forge = new Forge();
  project = await database().projects.create({
    slug: "digits",
    name: "digits",
    forge: "gitea",
    repository: `${API}/lab/digits.git`,
    engine: "dummy",
    settings: DEFAULT_SETTINGS,
    webhookSecret: "secret",
  });
  await putCredential();
});
afterEach(() => postgres.drop());

function database(): Database {
  const [first] = servers;
  if (first === undefined) throw new Error("there is no server");
  return first;
}

const putCredential = () =>
  database().transaction(({ destinations }) =>
    destinations.put({
      projectId: project.id,
      address: API,
      events: [],
      access: { kind: "forge", credential: { kind: "token", token: "secret" } },
      createdBy: "ada",
    }),
  );

const portsOf = (server: Database): NoticePorts => ({
  database: server,
  statuses: new Map([["gitea", forge]]),
  outward: {
    send: () => Promise.reject(new Error("unused")),
    refuse: () => undefined,
    hasRoom: () => true,
  },
  publicUrl: "https://assay.example.org",
  log: recordingLog().log,
  metrics: { count: () => undefined, observe: () => undefined, set: () => undefined },
});

/** Everything that a server can claim, at the same time. */
async function work(server: Database): Promise<number> {
  const jobs = await server.queue.claim(50);
  await Promise.all(
    jobs.map((job) => tellOwed(portsOf(server), job, new AbortController().signal)),
  );
  return jobs.length;
}

async function make(): Promise<{ readonly id: string; readonly commit: string }> {
  const commit = randomUUID().replaceAll("-", "").padEnd(40, "0");
  const made = await database().experiments.create(pushed(project, commit));
  if (made === undefined) throw new Error("it was not made");
  return { id: made.id, commit };
}

const owed = async (): Promise<number> =>
  (await postgres.knex("notices").where({ state: "owed" })).length;

test("two servers that work at the same time tell each status once", async () => {
  const made: string[] = [];
  for (let count = 0; count < 40; count += 1) made.push((await make()).commit);

  const rounds = servers.map(async (server) => {
    while ((await owed()) > 0) await work(server);
  });
  await Promise.all(rounds);

  expect(forge.heard.map(({ commit }) => commit).toSorted()).toEqual(made.toSorted());
  expect(await postgres.knex("jobs").where({ kind: "notice" })).toEqual([]);
});

test("a move that comes while its experiment's status is told is told after it", async () => {
  const { id } = await make();
  const { promise, resolve } = Promise.withResolvers<void>();
  forge.answer = async () => {
    await promise;
    return { kind: "told" };
  };
  const telling = work(database());
  while (forge.heard.length === 0) await new Promise(setImmediate);
  const experiment = await database().experiments.find(id);
  if (experiment === undefined) throw new Error("it is gone");

  await database().experiments.advance(experiment, { step: "Waiting", status: "Cancelled" });
  resolve();
  await telling;
  expect(await owed()).toBe(1);
  await work(database());

  expect(forge.heard.map(({ state }) => state)).toEqual(["pending", "cancelled"]);
  expect(await owed()).toBe(0);
});

test("what a server told before it died, without recording it, another one tells again", async () => {
  const { commit } = await make();
  const [dying, other] = servers;
  if (dying === undefined || other === undefined) throw new Error("there are two servers");
  const died = new Error("the server died");
  const [job] = await dying.queue.claim(1);
  if (job === undefined) throw new Error("nothing was due");
  const transaction = (): Promise<never> => Promise.reject(died);
  const ports = portsOf({ ...dying, transaction });
  await expect(tellOwed(ports, job, new AbortController().signal)).rejects.toBe(died);

  await postgres.knex("jobs").where({ kind: "notice" }).update({ owner: null });
  await work(other);

  expect(forge.heard).toEqual([
    { commit, state: "pending" },
    { commit, state: "pending" },
  ]);
  expect(await owed()).toBe(0);
});

test("a server that stops while the forge has not answered leaves the status owed, and due at once", async () => {
  await make();
  const stopping = new AbortController();
  forge.answer = async () => {
    stopping.abort();
    return { kind: "later", reason: "It did not answer." };
  };
  const [job] = await database().queue.claim(1);
  if (job === undefined) throw new Error("nothing was due");

  await expect(tellOwed(portsOf(database()), job, stopping.signal)).rejects.toMatchObject({
    name: "AbortError",
  });

  const [notice] = await postgres.knex("notices").select();
  expect(notice).toMatchObject({ state: "owed", tries: 0 });
});

test("a forge that fails for many experiments at once is paused once, and asked by none meanwhile", async () => {
  for (let count = 0; count < 20; count += 1) await make();
  forge.answer = () => Promise.resolve({ kind: "later", reason: "It answered 503." });

  await work(database());
  const asked = forge.heard.length;
  await work(database());

  const [destination] = await database().destinations.list(project.id);
  const [row] = await postgres.knex("destinations").select("failures");
  expect(row).toEqual({ failures: 1 });
  expect(destination?.trouble).toBe("It answered 503.");
  expect(forge.heard).toHaveLength(asked);
});

test("a credential is used for the forge that it was given for alone", async () => {
  await make();
  await postgres.knex("destinations").update({ address: "https://elsewhere.example.org" });

  await work(database());

  const [notice] = await postgres.knex("notices").select();
  expect(forge.heard).toEqual([]);
  expect(notice).toMatchObject({
    state: "refused",
    reason: "The repository is at another forge now: set its credential.",
  });
});

test("of an experiment that was deleted nothing is told", async () => {
  const { id } = await make();
  await postgres.knex("experiments").where({ id }).update({ deleted_at: new Date() });

  await work(database());

  expect([forge.heard, await owed()]).toEqual([[], 0]);
});
