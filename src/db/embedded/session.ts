import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, escapeIdentifier } from "pg";

import { codeOf } from "../caught.ts";
import type { PostgresConnection } from "../connect.ts";
import { quoteLog } from "./log.ts";

/** A session with such a name says: the process at its other end uses this server. */
export const presence = "assay:embedded:";

/** Until when the server must answer, recovery after a crash included. */
const patienceMs = 60_000;
/** How long sessions may take to vanish from the server's list once they are closed; milliseconds as a rule. */
const farewellMs = 1_000;

/** Connects as soon as the server takes statements; undefined if it ended meanwhile. Creates the database at first. */
export async function connectWhenReady(options: {
  readonly connection: PostgresConnection;
  readonly name: string;
  readonly folder: string;
  readonly isRunning: () => Promise<boolean>;
  readonly signal: AbortSignal;
}): Promise<Client | undefined> {
  const { connection, name, folder, isRunning, signal } = options;
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await connect(connection, name);
    } catch (error) {
      const code = codeOf(error);
      if (code === "28P01") throw wrongPassword(folder, error);
      if (code === "3D000") await createDatabase(connection, name);
      else if (!(await isRunning())) return undefined;
      else if (Date.now() > end) throw await noAnswer(folder, error);
    }
    await sleep(10, undefined, { signal });
  }
}

/** Does anybody use the server, but for the sessions of that name? */
export async function isUsedByOthers(
  connection: PostgresConnection,
  name: string,
): Promise<boolean> {
  const session = await connect(connection, name);
  try {
    const end = Date.now() + farewellMs;
    for (;;) {
      const { holders, sessions } = await countOthers(session, name);
      if (sessions === 0) return false;
      if (holders > 0 || Date.now() > end) return true;
      await sleep(10);
    }
  } finally {
    await session.end();
  }
}

async function countOthers(session: Client, name: string) {
  const { rows } = await session.query(
    `select count(*) filter (where application_name like $2)::int as holders,
            count(*)::int as sessions
       from pg_stat_activity
      where application_name like 'assay:%'
        and application_name <> $1`,
    [name, `${presence}%`],
  );
  return rows[0];
}

async function createDatabase(connection: PostgresConnection, name: string): Promise<void> {
  const session = await connect({ ...connection, database: "postgres" }, name);
  try {
    await session.query(`create database ${escapeIdentifier(connection.database)}`);
  } finally {
    await session.end();
  }
}

async function connect(connection: PostgresConnection, name: string): Promise<Client> {
  const session = new Client({
    ...connection,
    ssl: false,
    application_name: name,
    connectionTimeoutMillis: 5_000,
  });
  // Without a listener the end of the server would be the end of the process; "end" follows and is handled.
  session.on("error", () => {});
  await session.connect();
  return session;
}

const wrongPassword = (folder: string, cause: unknown): Error =>
  new Error(
    `The PostgreSQL in ${folder} refuses the password in ${join(folder, "secret")}. Restore that file from your backup.`,
    { cause },
  );

const noAnswer = async (folder: string, cause: unknown): Promise<Error> =>
  new Error(
    `The PostgreSQL in ${folder} runs but took no statement for ${patienceMs / 1000} s. ${await quoteLog(folder)}`,
    { cause },
  );
