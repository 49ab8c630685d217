import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { LocalImage } from "../../src/core/builder.ts";
import type { Database } from "../../src/core/database.ts";
import { ConflictError } from "../../src/core/errors.ts";
import type { Experiment, NewExperiment } from "../../src/core/experiment.ts";
import type { ObjectInfo } from "../../src/core/object-store.ts";
import type { Project } from "../../src/core/project.ts";
import { addProject, openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const DAEMON = "daemon";
const ARCHIVE = "digits/0123.tar";

let postgres: TestDatabase;
let database: Database;
let project: Project;
let commits = 0;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
  project = await addProject(database);
});
afterEach(() => postgres.drop());

/** One of the image and archive that finished so many days ago; undefined is active. */
async function experimentOf(
  digest: string,
  finishedDaysAgo: number | undefined,
  more: Partial<NewExperiment> = {},
): Promise<Experiment> {
  const commit = String((commits += 1)).padStart(40, "0");
  const made = await database.experiments.create(
    pushed(project, commit, { sourceArchive: ARCHIVE, ...more }),
  );
  if (made === undefined) throw new Error("it was there already");
  await postgres.knex("experiments").where({ id: made.id }).update({ image: { digest } });
  if (finishedDaysAgo !== undefined) {
    await database.experiments.advance(made, { step: "Waiting", status: "Cancelled" });
    await age(made, finishedDaysAgo);
  }
  return made;
}

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

const age = ({ id }: Experiment, days: number): Promise<number> =>
  postgres
    .knex("experiments")
    .where({ id })
    .update({ finished_at: daysAgo(days) });

const image = (digest: string, more: Partial<LocalImage> = {}): LocalImage => ({
  digest,
  name: `assay/${digest}`,
  projectId: project.id,
  bytes: 1000,
  madeAt: daysAgo(400),
  ...more,
});

const archive: ObjectInfo = { key: ARCHIVE, size: 2048, modifiedAt: daysAgo(400), etag: "1" };

const unusedImages = async (images: readonly LocalImage[], days: number | undefined) =>
  (await database.retention.unusedImages(DAEMON, images, days)).map(({ id }) => id);
const isArchiveUnused = async (days: number | undefined): Promise<boolean> =>
  (await database.retention.unusedArchives([archive], days)).length === 1;

test("an image and an archive are kept for so long after the last experiment that used them", async () => {
  await experimentOf("one", 100);
  await experimentOf("one", 20);

  expect(await unusedImages([image("one")], 21)).toEqual([]);
  expect(await isArchiveUnused(21)).toBe(false);
  expect(await unusedImages([image("one")], 19)).toEqual(["one"]);
  expect(await isArchiveUnused(19)).toBe(true);
});

test("what was made or found just now is kept, whoever used it before", async () => {
  const { id: experimentId } = await experimentOf("one", 100);
  await database.images.record({
    projectId: project.id,
    daemon: DAEMON,
    key: "key",
    name: "one",
    digest: "one",
    parts: {},
    experimentId,
  });
  const fresh = image("two", { madeAt: new Date() });

  expect(await unusedImages([image("one"), fresh], 14)).toEqual([]);
  const made = { ...archive, modifiedAt: new Date() };
  expect(await database.retention.unusedArchives([made], 14)).toEqual([]);
});

test("nothing goes that an active experiment uses, or its parent used", async () => {
  await experimentOf("active", undefined);
  const parent = await experimentOf("parent", 100, { sourceArchive: "digits/parent.tar" });
  await experimentOf("another", undefined, { parentId: parent.id, sourceArchive: undefined });
  const parents = { ...archive, key: "digits/parent.tar" };

  expect(await unusedImages([image("active"), image("parent")], 14)).toEqual([]);
  expect(await database.retention.unusedArchives([archive, parents], 14)).toEqual([]);
});

test("what is kept for ever stays, but for the images of a project that was deleted", async () => {
  await experimentOf("one", 1000);
  const orphan = image("orphan", { projectId: randomUUID(), madeAt: new Date() });

  expect(await unusedImages([image("one"), orphan], undefined)).toEqual(["orphan"]);
  expect(await isArchiveUnused(undefined)).toBe(false);
  expect(await database.retention.giveUpLogs(undefined, 10)).toBe(0);
});

test("what may go is named with its size, its last use and the newest experiments that used it", async () => {
  for (const days of [30, 29, 28, 27, 26]) await experimentOf("one", days);
  const { id } = await experimentOf("one", 25);
  await experimentOf("two", 40, { sourceArchive: "digits/4567.tar" });

  const images = await database.retention.unusedImages(
    DAEMON,
    [image("one"), image("two", { madeAt: daysAgo(39) })],
    14,
  );
  const [unused] = await database.retention.unusedArchives([archive], 14);

  expect(images.map(({ id }) => id)).toEqual(["two", "one"]);
  expect(images[1]).toMatchObject({
    name: "assay/one",
    bytes: 1000,
    experiments: ["digits#6", "digits#5", "digits#4", "digits#3", "digits#2"],
  });
  const lastUsedAt = (await database.experiments.find(id))?.finishedAt;
  expect(unused).toMatchObject({ name: ARCHIVE, bytes: 2048, lastUsedAt });
});

test("an image that is gone is forgotten, unless it was built again meanwhile", async () => {
  const { id: experimentId } = await experimentOf("one", 100);
  const record = (key: string, digest: string) =>
    database.images.record({
      projectId: project.id,
      daemon: DAEMON,
      key,
      name: key,
      digest,
      parts: {},
      experimentId,
    });
  for (const key of ["gone", "there", "rebuilt"]) await record(key, key);
  await postgres.knex("images").update({ used_at: daysAgo(100) });
  await record("rebuilt", "rebuilt");

  await database.retention.forgetImages(DAEMON, ["there"], 14);

  const found = async (key: string) =>
    (await database.images.find(project.id, DAEMON, key)) !== undefined;
  expect([await found("gone"), await found("there"), await found("rebuilt")]).toEqual([
    false,
    true,
    true,
  ]);
});

test("logs are given up so many days after their experiment finished, oldest first, and once", async () => {
  const [oldest, older, young] = [
    await experimentOf("one", 300),
    await experimentOf("one", 200),
    await experimentOf("one", 100),
  ];
  await experimentOf("one", undefined);
  for (const { id } of [oldest, older, young]) {
    const log = await database.logs.open({ experimentId: id, step: "Cloning" });
    await database.logs.seal(log.id, log.writerToken, { stored: 50, sha256: "00" });
  }

  expect(await database.retention.expiredLogsTotal(180)).toMatchObject({ count: 2, bytes: 100 });
  expect(await database.retention.expiredLogs(180, 1)).toMatchObject([
    { name: "digits#1", bytes: 50 },
  ]);
  expect(await database.retention.giveUpLogs(180, 1)).toBe(1);
  expect(await database.retention.removals(10)).toEqual([{ kind: "logs", name: oldest.id }]);
  expect(await database.retention.giveUpLogs(180, 10)).toBe(1);
  expect(await database.retention.giveUpLogs(180, 10)).toBe(0);

  expect((await database.experiments.find(older.id))?.logsRemovedAt).toBeInstanceOf(Date);
  expect((await database.experiments.find(young.id))?.logsRemovedAt).toBeUndefined();
});

test("a deleted experiment leaves its logs to be removed, and its archive once no other has it", async () => {
  const one = await experimentOf("one", 1);
  const other = await experimentOf("one", 1);

  await database.experiments.delete(one.id);
  expect(await database.retention.removals(10)).toEqual([{ kind: "logs", name: one.id }]);
  await database.experiments.delete(other.id);

  const removals = await database.retention.removals(10);
  expect(removals).toHaveLength(3);
  expect(removals).toContainEqual({ kind: "archive", name: ARCHIVE });
});

test("a name is free again when the repository of its deleted project is gone", async () => {
  const { id } = await experimentOf("one", 1);
  await database.transaction(({ projects }) => projects.delete(project.id));

  await expect(addProject(database)).rejects.toThrow(ConflictError);
  await expect(addProject(database)).rejects.toThrow(/still being removed. Try again/);
  const removals = await database.retention.removals(10);
  expect(removals).toHaveLength(3);
  expect(removals).toContainEqual({ kind: "logs", name: id });
  expect(removals).toContainEqual({ kind: "repository", name: "digits" });
  for (const removal of removals) await database.retention.removed(removal);

  expect(await addProject(database)).toMatchObject({ slug: "digits" });
});
