import { join } from "node:path";

import type { Client } from "pg";

import type { PostgresConnection } from "../connect.ts";
import { chooseSocketFolder } from "../socket-folder.ts";
import { chooseAccount, handOver } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { openCluster, superuser } from "./cluster.ts";
import { quoteLog } from "./log.ts";
import { findPostmaster, launch, port } from "./postmaster.ts";
import { connectWhenReady } from "./session.ts";

export type Running = { readonly connection: PostgresConnection; readonly session: Client };

/** Adopts the server of the folder if one runs, else launches it. Needs the launch lock. */
export async function bringUp(options: {
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Of the session that shows our presence. */
  readonly name: string;
  readonly signal: AbortSignal;
}): Promise<Running> {
  const { folder, settings, name, signal } = options;
  const binaries = await findBinaries(join(folder, "lib"));
  const account = await handOver(folder, binaries.postgres, await chooseAccount(folder));
  const { data, password } = await openCluster(folder, binaries, account);

  const connectTo = async (host: string, isRunning: () => Promise<boolean>) => {
    const connection = { host, port, user: superuser, password, database: "assay" };
    const session = await connectWhenReady({ connection, name, folder, isRunning, signal });
    return session && { connection, session };
  };

  const found = await findPostmaster(data);
  const isFoundRunning = async () => (await findPostmaster(data)) !== undefined;
  // It may be shutting down: then it is gone in a moment, and another one is launched.
  const adopted = found && (await connectTo(found.folder, isFoundRunning));
  if (adopted) return adopted;

  const owner = account.kind === "user" ? account.uid : undefined;
  const socketFolder = await chooseSocketFolder(folder, owner);
  const server = await launch({ folder, data, socketFolder, binaries, account, settings });
  const launched = await connectTo(socketFolder, async () => server.ending() === undefined);
  if (launched) return launched;
  throw new Error(
    `PostgreSQL did not start in ${folder} (${server.ending()}). ${await quoteLog(folder)}`,
  );
}
