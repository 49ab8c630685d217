import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import {
  claimDataDirectory,
  createDataDirectory,
  type DataDirectory,
  findDatabaseId,
} from "../../src/db/data-directory.ts";
import { lockDataDirectory } from "../../src/db/lock-data-directory.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const run = promisify(execFile);

let parent: string;
let directory: DataDirectory;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "data-directory-"));
  directory = await createDataDirectory(join(parent, "assay"));
});

afterEach(() => rm(parent, { recursive: true }));

const ours = () => Promise.resolve("4a3c9ba4-52d6-4b0e-9a3f-0c5d4a3b2c1d");
const another = () => Promise.resolve("b7d0f2aa-1c1c-4f86-8d0e-6a54f83c1e22");
const none = () => Promise.resolve(undefined);

test("nobody but its user looks into the folders of the data directory", async () => {
  const { root, ...folders } = directory;

  const modes = await Promise.all(
    Object.values(folders).map(async (folder) => (await stat(folder)).mode & 0o777),
  );

  expect(Object.keys(folders)).toEqual(["postgres", "buckets", "logs", "git", "archives", "tmp"]);
  expect(new Set(modes)).toEqual(new Set([0o700]));
  expect((await stat(root)).mode & 0o066).toBe(0);
});

test("a data directory is made once and found again", async () => {
  await writeFile(join(directory.logs, "kept"), "");

  const again = await createDataDirectory(directory.root);

  expect(again).toEqual(directory);
  expect((await stat(join(again.logs, "kept"))).isFile()).toBe(true);
});

test("a data directory that cannot be made says what to do", async () => {
  const file = join(parent, "file");
  await writeFile(file, "");

  for (const path of [file, join(file, "assay")])
    await expect(createDataDirectory(path)).rejects.toThrow(
      `Assay cannot use ${path} as its data directory: there is a file of that name, or on the way to it. Remove it, or set ASSAY_DATA_DIR to another.`,
    );
});

test("a place where no folder can ever be made is told, and not tried for ever", async () => {
  await expect(createDataDirectory("/proc/assay/data")).rejects.toThrow(
    "Assay cannot use /proc/assay/data as its data directory: no folder can be made there.",
  );
});

test("a data directory on a full disk says so before anything else starts", async () => {
  const full = await mountTmpfs("size=32k");
  if (full === undefined) return;
  try {
    await createDataDirectory(full);
    await fill(join(full, "much"));

    await expect(createDataDirectory(full)).rejects.toThrow(
      /its disk is full\. Free some space, or set ASSAY_DATA_DIR to another\.$/,
    );
  } finally {
    await run("umount", [full]);
  }
});

test("a data directory that is mounted for reading only says so", async () => {
  const readOnly = await mountTmpfs("ro");
  if (readOnly === undefined) return;
  try {
    await expect(createDataDirectory(readOnly)).rejects.toThrow(/mounted for reading only/);
  } finally {
    await run("umount", [readOnly]);
  }
});

test("a data directory belongs to the first database that claims it", async () => {
  await claimDataDirectory(directory, none);
  await claimDataDirectory(directory, ours);
  await claimDataDirectory(directory, ours);

  expect(await readFile(join(directory.root, "database-id"), "utf8")).toBe(`${await ours()}\n`);
  await expect(claimDataDirectory(directory, another)).rejects.toThrow(
    `The data directory ${directory.root} belongs to the database ${await ours()}, but this is ${await another()}. Set DATABASE_URL`,
  );
});

test("a database that was never migrated is refused where another one belongs", async () => {
  await claimDataDirectory(directory, ours);

  await expect(claimDataDirectory(directory, none)).rejects.toThrow("but this is an empty one.");
});

test("of two databases that claim a new data directory at once, one gets it", async () => {
  const claims = await Promise.allSettled([
    claimDataDirectory(directory, ours),
    claimDataDirectory(directory, another),
  ]);

  expect(claims.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("a database has an id once it is migrated", async () => {
  const { knex, drop } = await createTestDatabase("template0");

  const before = await findDatabaseId(knex);
  await knex.raw(
    `create table installation (
       singleton boolean primary key default true check (singleton),
       id uuid not null default gen_random_uuid()
     );
     insert into installation default values`,
  );
  const after = await findDatabaseId(knex);

  expect(before).toBeUndefined();
  expect(after).toMatch(/^[0-9a-f-]{36}$/);
  await drop();
});

test("a second server on the data directory is refused until the first one stops", async () => {
  await withDatabase(async ({ knex }) => {
    const first = await lockDataDirectory(directory, knex);

    await expect(lockDataDirectory(directory, knex)).rejects.toThrow(
      `Another Assay server uses the data directory ${directory.root}. Stop that server`,
    );

    await first.release();
    const second = await lockDataDirectory(directory, knex);
    await second.release();
  });
});

test("of many servers that start at once on the directory of a dead one, one gets it", async () => {
  await withDatabase(async ({ knex }) => {
    await leaveDeadSocket();

    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => lockDataDirectory(directory, knex)),
    );

    const locks = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
  });
});

async function withDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

/** What a server that was killed leaves in its data directory. */
async function leaveDeadSocket(): Promise<void> {
  const path = JSON.stringify(join(directory.root, "server.sock"));
  const script = `require("node:net").createServer().listen(${path}, () => process.kill(process.pid, "SIGKILL"))`;
  await once(spawn(process.execPath, ["-e", script]), "exit");
  expect((await stat(join(directory.root, "server.sock"))).isSocket()).toBe(true);
}

/** A disk of its own; undefined where this user may not mount one. */
async function mountTmpfs(options: string): Promise<string | undefined> {
  const path = await mkdtemp(join(parent, "disk-"));
  const mounted = await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]).then(
    () => true,
    () => false,
  );
  return mounted ? path : undefined;
}

async function fill(path: string): Promise<void> {
  await expect(writeFile(path, Buffer.alloc(64 * 1024))).rejects.toThrow(/ENOSPC/);
}
