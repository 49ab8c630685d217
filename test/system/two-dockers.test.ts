import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import Dockerode from "dockerode";

import { type Disguise, disguise, disguised } from "../support/disguised-docker.ts";
import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { removeImagesOf } from "../support/images.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

jest.setTimeout(180_000);

const docker = new Dockerode();
let database: TestDatabase;
let dataDirectory: string;
let small: Disguise;
let large: Disguise;
/** The servers that run, and what else is to be removed, in reverse order. */
let cleanUps: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await createTestDatabase();
  dataDirectory = await mkdtemp(join(tmpdir(), "assay-two-"));
  small = disguise("daemon-of-small", "small", 1);
  large = disguise("daemon-of-large", "large", 2);
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true });
  const { id } = await database.knex("installation").first("id");
  await removeImagesOf(id);
  await database.drop();
  await rm(dataDirectory, { recursive: true, maxRetries: 3 });
});

/** A server of the installation whose Docker is that one. */
async function server(its: Disguise): Promise<TestPlatform> {
  const { host, port, user, password, database: name } = database.connection;
  const query = new URLSearchParams({ host, port: String(port) });
  const databaseUrl = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${name}?${query.toString()}`;
  const started = await startPlatform({ databaseUrl, dataDirectory }, disguised(its));
  cleanUps.push(started.stop);
  return started;
}

/** It ends before the others. */
async function end(started: TestPlatform): Promise<void> {
  cleanUps = cleanUps.filter((cleanUp) => cleanUp !== started.stop);
  await started.stop();
}

async function containers(): Promise<readonly Dockerode.ContainerInfo[]> {
  const { id } = await database.knex("installation").first("id");
  return docker.listContainers({ all: true, filters: { label: [`assay.installation=${id}`] } });
}

/** Runs until `go`. */
const WAITS = "echo began; while [ ! -e /assay/cache/go ]; do sleep 0.1; done; echo ended";
const go = (slug: string): Promise<void> =>
  writeFile(join(dataDirectory, "buckets", slug, "cache", "go"), "");

async function project(at: TestPlatform, name: string, command: string) {
  const projects = new Projects(at);
  cleanUps.unshift(() => projects.remove());
  return projects.create(name, repositoryFiles(command));
}

const daemonsOf = (experimentId: string): Promise<readonly string[]> =>
  database.knex("runs").where({ experiment_id: experimentId }).pluck("daemon");

/** The servers know of each other's Docker. */
const acquainted = (at: TestPlatform) =>
  waitFor(
    "both daemons",
    async () => (await at.ports.database.daemons.reached("docker")).length === 2,
  );

test("each of two servers does what is on its own Docker, and what is too large for one goes to the other", async () => {
  const first = await server(small);
  const copy = await project(first, "both", WAITS);
  await copy.commit("exp: on the small one");
  await copy.push();
  const here = await atStep(first, "both#1", "Running", /^running$/);

  const second = await server(large);
  await acquainted(first);
  const types = "worker: { count: 1, resources: { cpus: 2, cpuLimitRatio: 1, memory: 0.25 } }";
  await copy.commit("exp: needs two CPUs", repositoryFiles(WAITS, { types }));
  await copy.push();
  const there = await atStep(first, "both#2", "Running", /^running$/);
  await go("both");

  for (const each of [here, there]) {
    expect(await finished(second, each.id)).toMatchObject({ status: "Succeeded" });
    expect(await logOf(second, each.id)).toBe("began\nended\n");
  }
  expect(await daemonsOf(here.id)).toEqual([small.daemon.id]);
  expect(await daemonsOf(there.id)).toEqual([large.daemon.id]);
  expect(small).toMatchObject({ built: [here.id], prepared: [here.id] });
  expect(large).toMatchObject({ built: [there.id], prepared: [there.id] });

  // Whoever claims it: the image is with the small one.
  const { body } = await second.call("POST", `/api/v1/experiments/${here.id}/resubmit`, {});
  expect(await finished(second, body.id)).toMatchObject({ status: "Succeeded" });
  expect(await daemonsOf(body.id)).toEqual([small.daemon.id]);
  expect(small.built).toEqual([here.id]);
});

test("what is on a Docker that no server reaches waits, says so, and goes on when one does", async () => {
  const first = await server(small);
  const second = await server(large);
  await acquainted(first);
  const copy = await project(first, "away", "unused");
  const types = "worker: { count: 1, resources: { cpus: 2, cpuLimitRatio: 1, memory: 0.25 } }";
  await copy.commit("exp: on the large one", repositoryFiles(WAITS, { types }));
  await copy.push();
  const { id } = await atStep(first, "away#1", "Running", /^running$/);

  await end(second);
  await database
    .knex("daemons")
    .update({ seen_at: database.knex.raw("now() - interval '1 minute'") });
  await atStep(first, id, "Running", /^waiting for a server that reaches Docker on large$/);
  await go("away");
  await waitFor("the container's end", async () =>
    (await containers()).every(({ State }) => State === "exited"),
  );
  const third = await server(large);

  expect(await finished(third, id)).toMatchObject({ status: "Succeeded" });
  expect(await logOf(third, id)).toBe("began\nended\n");
  expect(await database.knex("attempts").pluck("number")).toEqual([1]);
  expect(small.prepared).toEqual([]);
});

test("where another Docker has taken the place of the one that is gone, images are built again and runs begin again", async () => {
  const first = await server(small);
  const copy = await project(first, "replaced", WAITS);
  await copy.commit("exp: meets two daemons");
  await copy.push();
  const { id } = await atStep(first, "replaced#1", "Running", /^running$/);

  small.isAway = true;
  for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true });
  const { id: installation } = await database.knex("installation").first("id");
  await removeImagesOf(installation);
  small.daemon = { id: "its-heir", host: "small" };
  small.isAway = false;
  await waitFor("the next build", () => small.built.length === 2);
  await atStep(first, id, "Running", /^running$/);
  await go("replaced");

  expect(await finished(first, id)).toMatchObject({ status: "Succeeded" });
  expect(await daemonsOf(id)).toEqual(["its-heir"]);
});
