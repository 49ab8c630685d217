import type { Knex } from "knex";

import type { Logger } from "../core/logger.ts";
import { awaitDatabase } from "./await-database.ts";
import { createKnex, type DatabaseAddress, requirePostgres } from "./connect.ts";
import { claimDataDirectory, type DataDirectory, findDatabaseId } from "./data-directory.ts";
import { EmbeddedPostgres } from "./embedded.ts";
import { lockDataDirectory } from "./lock-data-directory.ts";
import { migrate } from "./migrate.ts";

/** Statements of the pipeline, the scheduler, the observers and the requests together. */
const CONNECTIONS = 20;

export interface OpenDatabase {
  readonly knex: Knex;
  readonly address: DatabaseAddress;
  /** The installation's id, which everything it makes elsewhere carries. */
  readonly id: string;
  readonly close: () => Promise<void>;
}

/** The database by its URL, else the embedded one: claimed for this data directory, and migrated. */
export async function openDatabase(
  url: string | undefined,
  folders: DataDirectory,
  log: Logger,
): Promise<OpenDatabase> {
  const embedded =
    url === undefined ? new EmbeddedPostgres({ folder: folders.postgres, log }) : undefined;
  const address = url === undefined ? await embedded?.start() : { url };
  if (address === undefined) throw new Error("the embedded database has no address");
  const knex = createKnex(address, { applicationName: "server", poolMax: CONNECTIONS });
  const closers = [() => knex.destroy(), async () => void (await embedded?.stop())];
  const close = async (): Promise<void> => {
    for (const each of closers) await each();
  };
  try {
    if (embedded !== undefined) {
      const lock = await lockDataDirectory(folders, knex);
      closers.push(() => lock.release());
    }
    if (url !== undefined) await awaitDatabase(knex, log);
    await requirePostgres(knex);
    await claimDataDirectory(folders, () => findDatabaseId(knex));
    for (const file of await migrate(knex)) log.info({ file }, "the database was migrated");
    await claimDataDirectory(folders, () => findDatabaseId(knex));
    const id = await findDatabaseId(knex);
    if (id === undefined) throw new Error("the database has no id after its migration");
    return { knex, address, id, close };
  } catch (error) {
    await close();
    throw error;
  }
}
