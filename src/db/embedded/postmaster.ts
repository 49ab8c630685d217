import { spawn } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Account, runAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { logFileOf, quoteLog } from "./log.ts";
import { findProcessesIn, isAlive, isPostmaster } from "./processes.ts";

/** A running server, as its postmaster.pid tells. */
export type Postmaster = { readonly pid: number; readonly port: number; readonly folder: string };

/** The name of the socket only: there is no TCP port. */
export const port = 5432;

const patienceMs = 60_000;

/** The server of this cluster if one runs, whoever started it. Otherwise the way is clear for a new one. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const noted = await readPostmaster(data);
  if (noted === undefined) return undefined;
  // The socket first: it answers across containers, where process ids mean nothing.
  if (await answers(socketPath(noted.folder, noted.port))) return noted;
  if (await isPostmaster(noted.pid, data)) return noted;
  await clearAfterCrash(data, noted);
  return undefined;
}

/** A server we launched; `ending` says how it ended, once it did. */
export type Launched = { readonly ending: () => string | undefined };

/** In a group of its own, so that Ctrl-C leaves it to us; its output goes to a file, which breaks for nobody's end. */
export async function launch(options: {
  readonly folder: string;
  readonly data: string;
  readonly socketFolder: string;
  readonly binaries: Binaries;
  readonly account: Account;
  readonly settings: Readonly<Record<string, string>>;
}): Promise<Launched> {
  const { data, socketFolder, binaries } = options;
  await removeSocket(socketFolder, port);
  const settings = Object.entries(options.settings).map(([name, value]) => `--${name}=${value}`);
  const { file, args, identity } = runAs(options.account, binaries.postgres, [
    "-D",
    data,
    "-k",
    socketFolder,
    "-p",
    String(port),
    ...settings,
  ]);
  const log = await open(logFileOf(options.folder), "a", 0o600);
  try {
    const child = spawn(file, args, {
      ...identity,
      cwd: options.folder,
      env: binaries.environment,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    child.unref();
    let ending: string | undefined;
    child.once("error", (error) => (ending = error.message));
    child.once("exit", (code, signal) => (ending = signal ?? `exit code ${code}`));
    return { ending: () => ending };
  } finally {
    await log.close();
  }
}

/** Ends the server the fast way: sessions are cut, what was committed is written. */
export async function shutDown(folder: string, data: string, { pid }: Postmaster): Promise<void> {
  if (!(await isPostmaster(pid, data))) return;
  process.kill(pid, "SIGINT");
  const isGone = async () =>
    (await readPostmaster(data)) === undefined && !(await isPostmaster(pid, data));
  if (await becomesTrue(isGone)) return;
  throw new Error(
    `PostgreSQL (process ${pid}) still shuts down after ${patienceMs / 1000} s. ${await quoteLog(folder)}`,
  );
}

async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const [pid, , , port, folder] = text.split("\n");
  if (!(Number(pid) > 0) || !port || !folder) return undefined;
  return { pid: Number(pid), port: Number(port), folder };
}

/**
 * PostgreSQL clears up after a dead server itself, but fails while sessions of it still end, and for ever where its
 * number belongs to another process now (in a container), or to a zombie.
 */
async function clearAfterCrash(data: string, noted: Postmaster): Promise<void> {
  const alone = async () => (await findProcessesIn(data)).length === 0;
  if (!(await becomesTrue(alone))) {
    throw new Error(
      `Processes of a PostgreSQL that died still work in ${data}: ${(await findProcessesIn(data)).join(", ")}. End them, then start again.`,
    );
  }
  if (!isAlive(noted.pid)) return;
  await rm(join(data, "postmaster.pid"), { force: true });
  await removeSocket(noted.folder, noted.port);
}

const socketPath = (folder: string, port: number): string => join(folder, `.s.PGSQL.${port}`);

async function removeSocket(folder: string, port: number): Promise<void> {
  await rm(socketPath(folder, port), { force: true });
  await rm(`${socketPath(folder, port)}.lock`, { force: true });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => resolve(true));
    connection.once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}

async function becomesTrue(condition: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await sleep(5);
  }
  return true;
}
