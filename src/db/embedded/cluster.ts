import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { codeOf, reasonOf } from "../caught.ts";
import { syncDirectory, writeDurably } from "../write-durably.ts";
import { type Account, give, runAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";

/** The files of a database server, whether it runs or not. */
export type Cluster = { readonly data: string; readonly password: string };

export const superuser = "assay";

const unfinishedPrefix = "data.init-";

/** Opens the cluster of the folder, or makes a new one. What holds data is never removed. */
export async function openCluster(
  folder: string,
  binaries: Binaries,
  account: Account,
): Promise<Cluster> {
  const data = join(folder, "data");
  const secret = join(folder, "secret");
  await removeUnfinished(folder);
  const version = await readIfThere(join(data, "PG_VERSION"));
  if (version === undefined) await createCluster(folder, binaries, account);
  else refuseOtherMajor(folder, version.trim(), binaries.major);

  const password = await readIfThere(secret);
  if (password === undefined) {
    throw new Error(
      `The password of the embedded PostgreSQL is gone: ${secret}. Restore this file from your backup.`,
    );
  }
  return { data, password: password.trim() };
}

function refuseOtherMajor(folder: string, found: string, ours: string): void {
  if (found === ours) return;
  throw new Error(
    `The database in ${folder} was made by PostgreSQL ${found}, and this Assay brings PostgreSQL ${ours}. Start the version of Assay that made it, or copy the database to a PostgreSQL of your own and set DATABASE_URL.`,
  );
}

/** initdb works beside the place, and one rename puts the result there: a half-made cluster is never seen. */
async function createCluster(folder: string, binaries: Binaries, account: Account): Promise<void> {
  const data = join(folder, "data");
  await refuseForeignFiles(data);
  const secret = join(folder, "secret");
  await writeDurably(secret, `${randomBytes(18).toString("base64url")}\n`);
  await give(secret, account);

  const unfinished = await mkdtemp(join(folder, unfinishedPrefix));
  await give(unfinished, account);
  const { file, args, identity } = runAs(account, binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${secret}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Always named: a host whose LANG was never generated breaks initdb.
    "--locale=C",
    "--data-checksums",
  ]);
  try {
    const options = { ...identity, cwd: folder, env: binaries.environment };
    await promisify(execFile)(file, [...args], options);
  } catch (error) {
    throw new Error(`PostgreSQL could not make a database in ${folder}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  await rename(unfinished, data);
  await syncDirectory(folder);
}

/** What a killed start left, where its initdb, which outlived it, may still be writing: then the next start gets it. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(unfinishedPrefix));
  for (const name of names) {
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function refuseForeignFiles(data: string): Promise<void> {
  const files = await readdir(data).catch(ifMissing([]));
  if (files.length === 0) return;
  throw new Error(
    `${data} holds files but no PostgreSQL database. Restore it from your backup, or move it away to begin with an empty database.`,
  );
}

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch(ifMissing(undefined));

const ifMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === "ENOENT") return value;
    throw error;
  };
