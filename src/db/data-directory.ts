import { randomUUID } from "node:crypto";
import { chmod, link, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import type { Knex } from "knex";

import { codeOf, reasonOf } from "./caught.ts";
import { makeFolders } from "./make-folders.ts";
import { writeDurably } from "./write-durably.ts";

/** Absolute paths of the data directory and of its folders. */
export type DataDirectory = {
  readonly root: string;
  readonly postgres: string;
  readonly buckets: string;
  readonly logs: string;
  readonly git: string;
  readonly archives: string;
  readonly tmp: string;
};

/** Makes what is missing; safe to repeat. Nobody but this user looks into the folders. */
export async function createDataDirectory(path: string): Promise<DataDirectory> {
  try {
    // Started by root, PostgreSQL may have to run as another user, who passes through on the way to its own folder.
    await makeFolders(resolve(path), process.getuid?.() === 0 ? 0o711 : 0o700);
    const root = await realpath(path);
    const folders = {
      postgres: join(root, "postgres"),
      buckets: join(root, "buckets"),
      logs: join(root, "logs"),
      git: join(root, "git"),
      archives: join(root, "archives"),
      tmp: join(root, "tmp"),
    };
    for (const folder of Object.values(folders)) {
      await makeFolders(folder, 0o700);
      await chmod(folder, 0o700);
    }
    await tryToWrite(folders.tmp);
    return { root, ...folders };
  } catch (error) {
    throw new Error(`Assay cannot use ${path} as its data directory: ${fault(error)}`, {
      cause: error,
    });
  }
}

/** Folders alone need no room: a full disk, or one that is mounted for reading, shows with a file. */
async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `probe-${randomUUID()}`);
  try {
    await writeFile(path, "can this be kept?", { flag: "wx", flush: true });
  } finally {
    await rm(path, { force: true });
  }
}

function fault(error: unknown): string {
  const known = FAULTS[String(codeOf(error))];
  return known ?? `${reasonOf(error)}. Give that folder to this user, or ${ANOTHER}`;
}

const ANOTHER = "set ASSAY_DATA_DIR to another.";
const FULL = `its disk is full. Free some space, or ${ANOTHER}`;
const FAULTS: Readonly<Record<string, string>> = {
  EEXIST: `there is a file of that name, or on the way to it. Remove it, or ${ANOTHER}`,
  ENOTDIR: `there is a file of that name, or on the way to it. Remove it, or ${ANOTHER}`,
  ENOENT: `no folder can be made there. Make it, or ${ANOTHER}`,
  EROFS: `its disk is mounted for reading only. Mount it for writing, or ${ANOTHER}`,
  EACCES: `this user may not write there. Give that folder to this user, or ${ANOTHER}`,
  EPERM: `this user may not change it. Give that folder to this user, or ${ANOTHER}`,
  ENOSPC: FULL,
  EDQUOT: FULL,
};

/**
 * Ties the directory to its database: the first one is noted in it, any other is refused. Call it before migrating, so
 * that a foreign database is left untouched, and after, when a new database has its id.
 */
export async function claimDataDirectory(
  { root }: Pick<DataDirectory, "root">,
  readDatabaseId: () => Promise<string | undefined>,
): Promise<void> {
  const path = join(root, "database-id");
  const id = await readDatabaseId();
  const claimed = (await readNoted(path)) ?? (id && (await note(path, id)));
  if (claimed === undefined || claimed === id) return;
  throw new Error(
    `The data directory ${root} belongs to the database ${claimed}, but this is ${id ?? "an empty one"}. Set DATABASE_URL to the database it belongs to, or ASSAY_DATA_DIR to a directory of its own.`,
  );
}

/** undefined before the first migration. */
export async function findDatabaseId(knex: Knex): Promise<string | undefined> {
  const { rows } = await knex.raw("select to_regclass('installation') is not null as migrated");
  if (!rows[0].migrated) return undefined;
  const installation = await knex("installation").first("id");
  return installation?.id;
}

/** Of servers that note at the same time, one wins, and every one is told who did. */
async function note(path: string, id: string): Promise<string | undefined> {
  const offer = `${path}.${id}.${process.pid}`;
  await writeDurably(offer, `${id}\n`);
  try {
    await link(offer, path);
    return id;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return await readNoted(path);
    throw error;
  } finally {
    await rm(offer, { force: true });
  }
}

const readNoted = async (path: string): Promise<string | undefined> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  });
  return text.trim() || undefined;
};
