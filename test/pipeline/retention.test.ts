import { access, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import type { Ports } from "../../src/core/ports.ts";
import { pruneDataDirectory } from "../../src/pipeline/retention/data-directory.ts";
import { pruneDocker } from "../../src/pipeline/retention/docker.ts";
import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

/** Loses what it has just taken in, once. */
let losesNext = false;
/** Of the logs' and archives' files. */
let failsToRemove = false;

const forgetful = ({ archives, logs }: Ports): Pick<Ports, "archives" | "logs"> => ({
  archives: {
    stat: (...of) => archives.stat(...of),
    get: (...of) => archives.get(...of),
    list: (...of) => archives.list(...of),
    async put(bucket, key, ...more) {
      const made = await archives.put(bucket, key, ...more);
      if (losesNext) await archives.delete(bucket, key);
      losesNext = false;
      return made;
    },
    delete: (...of) => archives.delete(...of),
  },
  logs: {
    open: (...of) => logs.open(...of),
    find: (...of) => logs.find(...of),
    read: (...of) => logs.read(...of),
    follow: (...of) => logs.follow(...of),
    tailOffset: (...of) => logs.tailOffset(...of),
    async remove(id) {
      if (failsToRemove) throw new Error("the disk does not answer");
      await logs.remove(id);
    },
  },
});

let platform: TestPlatform;
let projects: Projects;
beforeAll(async () => {
  platform = await startPlatform({}, forgetful);
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

/** A finished experiment of a project of its own, on the engine that runs nothing. */
async function ran(name: string) {
  const files = repositoryFiles(`echo of ${name}`, { spec: "engineName: dummy" });
  const copy = await projects.create(name, files);
  const commit = await copy.commit("exp: run");
  await copy.push();
  const experiment = await finished(platform, `${name}#1`);
  const archive = join(platform.dataDirectory, "archives/archives", name, `${commit}.tar`);
  const logs = join(platform.dataDirectory, "logs", experiment.id);
  return { ...experiment, commit, archive, logs };
}

/** As if it had finished so many days ago. */
async function age({ id, archive }: { id: string; archive: string }, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  await platform.knex("experiments").where({ id }).update({ finished_at: at });
  await utimes(archive, at, at).catch(() => undefined);
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const preview = async (query = "") =>
  (await platform.call("GET", `/api/v1/retention${query}`)).body;

test("archives and logs go when they were kept long enough, and what would go is told before", async () => {
  const experiment = await ran("old");
  expect(experiment.status).toBe("Succeeded");
  await age(experiment, 91);

  const asSet = await preview();
  expect(asSet.archives).toMatchObject({ setting: "KEEP_ARCHIVES_DAYS", keepDays: 90, count: 1 });
  const [first] = asSet.archives.first;
  expect(first).toMatchObject({
    name: `old/${experiment.commit}.tar`,
    lastUsedAt: asSet.archives.oldest,
    experiments: ["old#1"],
  });
  expect(first.bytes).toBe(asSet.archives.bytes);
  expect(asSet.logs).toMatchObject({ keepDays: 180, count: 0, bytes: 0, oldest: null, first: [] });
  expect(asSet.images).toMatchObject({ keepDays: 14, count: 0 });
  expect(asSet.buildCache.keepBytes).toBeGreaterThan(0);
  const otherwise = await preview("?keepLogsDays=90&keepArchivesDays=92");
  expect(otherwise.archives.count).toBe(0);
  expect(otherwise.logs).toMatchObject({ count: 1, first: [{ name: "old#1" }] });
  expect(otherwise.logs.bytes).toBeGreaterThan(0);

  await pruneDataDirectory(platform.ports);
  expect([await isThere(experiment.archive), await isThere(experiment.logs)]).toEqual([
    false,
    true,
  ]);
  expect(await logOf(platform, "old#1", "?step=Cloning")).toContain(experiment.commit);

  await age(experiment, 181);
  await pruneDataDirectory(platform.ports);
  expect(await isThere(experiment.logs)).toBe(false);
  const path = `/api/v1/experiments/${experiment.id}/logs`;
  for (const accept of ["text/plain", "text/event-stream"]) {
    const { status, body } = await platform.call("GET", path, undefined, { accept });
    expect(status).toBe(410);
    expect(body.detail).toBe("This log was removed after 181 days (KEEP_LOGS_DAYS).");
  }
  const { body } = await platform.call("GET", `/api/v1/experiments/${experiment.id}`);
  expect(Date.parse(body.logsRemovedAt)).toBeGreaterThan(0);
  expect(await platform.rowCounts()).toMatchObject({ removals: 0 });
});

test("an experiment whose archive is gone is resubmitted, and the archive made again from its commit", async () => {
  const experiment = await ran("again");
  await age(experiment, 91);
  await pruneDataDirectory(platform.ports);
  expect(await isThere(experiment.archive)).toBe(false);

  const path = `/api/v1/experiments/${experiment.id}/resubmit`;
  const { status } = await platform.call("POST", path, { freshBuild: true });

  expect(status).toBe(201);
  expect(await finished(platform, "again#2")).toMatchObject({ status: "Succeeded" });
  expect(await isThere(experiment.archive)).toBe(true);
});

test("an archive that vanishes before it is built is made again", async () => {
  losesNext = true;

  const { status, steps, archive } = await ran("vanishing");

  expect(status).toBe("Succeeded");
  expect(losesNext).toBe(false);
  expect(await isThere(archive)).toBe(true);
  expect(steps[1]).toMatchObject({ name: "Cloning", status: "Succeeded" });
});

test("an uploaded archive cannot be made again, and a resubmit says so", async () => {
  const { id: projectId } = (
    await platform.call("POST", "/api/v1/projects", {
      name: "uploads",
      forge: "builtin",
    })
  ).body;
  const { experiments, queue, events } = platform.ports.database;
  const made = await experiments.create({
    projectId,
    name: "local",
    source: {
      kind: "archive",
      commit: undefined,
      branch: undefined,
      message: "local",
      author: undefined,
    },
    sourceArchive: "uploads/1.tar",
    engine: "dummy",
    triggeredBy: "submit",
  });
  await queue.push("experiment", made?.id ?? "");
  await events.publish({ kind: "work" });
  await finished(platform, "uploads#1");

  const { status, body } = await platform.call("POST", "/api/v1/experiments/uploads/1/resubmit");

  expect(status).toBe(410);
  expect(body.detail).toMatch(
    /^The uploaded archive of uploads#1 was removed after 90 days \(KEEP_ARCHIVES_DAYS\), .*upload it again/,
  );
});

test("a deleted experiment takes its logs and archive along, and leaves its outputs", async () => {
  const experiment = await ran("deleted");
  const object = "/api/v1/projects/deleted/buckets/output/objects/output/x/weights";
  await platform.call("PUT", object, "learnt");

  const { status } = await platform.call("DELETE", "/api/v1/experiments/deleted/1");

  expect(status).toBe(204);
  expect([await isThere(experiment.archive), await isThere(experiment.logs)]).toEqual([
    false,
    false,
  ]);
  expect((await platform.call("GET", object)).status).toBe(200);
});

test("a deleted project takes logs, archives, repository and images along, also where the disk is away at first", async () => {
  const experiment = await ran("gone");
  const images = () =>
    new Dockerode().listImages({
      filters: { label: [`assay.project=${experiment.project.id}`] },
    });
  expect(await images()).toHaveLength(1);
  failsToRemove = true;

  const { status } = await platform.call("DELETE", "/api/v1/projects/gone");
  expect(status).toBe(204);
  expect(await isThere(experiment.logs)).toBe(true);
  failsToRemove = false;

  await waitFor("the sweep to remove the logs", async () => !(await isThere(experiment.logs)));
  expect(await isThere(experiment.archive)).toBe(false);
  expect(await readdir(join(platform.dataDirectory, "git"))).not.toContain("gone.git");
  await pruneDocker(platform.ports);
  expect(await images()).toEqual([]);
});
