import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";

import type { Knex } from "knex";

import { advisoryLocks } from "./advisory-locks.ts";
import type { DataDirectory } from "./data-directory.ts";
import { chooseSocketFolder } from "./socket-folder.ts";

export type DataDirectoryLock = { readonly release: () => Promise<void> };

/**
 * Refuses a second server on the data directory of an embedded database.
 *
 * The lock is a socket that listens as long as the process lives: no crash leaves it held, it needs no connection to
 * the database once taken, and it works between containers that share the directory. A dead server's socket is only
 * replaced under a lock in the database, so that of two servers which find it one wins.
 */
export async function lockDataDirectory(
  { root }: Pick<DataDirectory, "root">,
  knex: Knex,
): Promise<DataDirectoryLock> {
  const path = join(await chooseSocketFolder(root), "server.sock");
  const server = await knex.transaction(async (transaction) => {
    await transaction.raw("select pg_advisory_xact_lock(?)", [advisoryLocks.dataDirectory]);
    if (await isAnswered(path)) return undefined;
    await rm(path, { force: true });
    return listen(path);
  });
  if (server !== undefined) return { release: () => close(server) };
  throw new Error(
    `Another Assay server uses the data directory ${root}. Stop that server, or set ASSAY_DATA_DIR to another directory. Several servers can share one only with a DATABASE_URL.`,
  );
}

/** Only "nobody listens" and "nothing is there" count as no: a frozen server, too busy to accept, lives. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", reject);
    server.listen(path, () => resolve(server));
    // It is there as long as the process, and no reason for the process to be there.
    server.unref();
  });
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));
