import { type ChildProcess, execFile, fork } from "node:child_process";
import { on, once } from "node:events";
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Knex } from "knex";

import { createKnex, type PostgresConnection } from "../../src/db/connect.ts";
import { EmbeddedPostgres } from "../../src/db/embedded.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { takeFile } from "../../src/db/embedded/launch-lock.ts";
import { isPostmaster } from "../../src/db/embedded/processes.ts";

/** Holds a database that was made once for all tests, for making one takes a second. */
let seed: string;
/** A copy of it, or what beginEmpty() makes. */
let folder: string;
/** Run in reverse order, whatever became of the test. */
let cleanups: (() => Promise<unknown>)[];

beforeAll(async () => {
  seed = await makeFolder();
  const postgres = new EmbeddedPostgres({ folder: seed });
  await postgres.start();
  await postgres.stop();
});

afterAll(() => rm(seed, { recursive: true }));

beforeEach(async () => {
  folder = await makeFolder();
  // Four times as fast as node's own cp.
  await promisify(execFile)("cp", ["-a", `${seed}/.`, folder]);
  cleanups = [() => rm(folder, { recursive: true }), endServer];
});

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

test("a new folder gets a database with checksums, reached by its socket and password only", async () => {
  await beginEmpty();

  const { connection } = await start();

  const { rows } = await connect(connection).raw(
    `select current_user as user,
            current_database() as database,
            current_setting('listen_addresses') as addresses,
            current_setting('data_checksums') as checksums`,
  );
  expect(rows).toEqual([{ user: "assay", database: "assay", addresses: "", checksums: "on" }]);
  await expect(connect({ ...connection, password: "wrong" }).raw("select 1")).rejects.toThrow(
    "password authentication failed",
  );
});

test("what was written is there after stop and start", async () => {
  const first = await start();
  const knex = connect(first.connection);
  await knex.raw("create table kept as select 1 as number");
  await knex.destroy();

  expect(await first.postgres.stop()).toBe(true);
  const second = await start();

  expect(await connect(second.connection)("kept").pluck("number")).toEqual([1]);
});

test("a server that is killed starts again by itself, with every acknowledged row", async () => {
  const { connection } = await start();
  const knex = connect(connection);
  await knex.raw("create table written (number int)");
  let acknowledged = 0;

  const writeNext = async () => {
    await knex("written").insert({ number: acknowledged + 1 });
    acknowledged += 1;
  };

  for (let kill = 0; kill < 3; kill += 1) {
    for (let row = 0; row < 50; row += 1) await eventually(writeNext);
    const pid = await findPostmasterPid();
    process.kill(pid, "SIGKILL");
    await eventually(async () => expect(await findPostmasterPid()).not.toBe(pid));
  }

  const numbers = await eventually(() =>
    knex("written").groupBy("number").orderBy("number").pluck("number"),
  );
  expect(numbers.slice(0, acknowledged)).toEqual(numbersTo(acknowledged));
});

test("a session that crashes takes the server's other sessions along, but not our place in it", async () => {
  const { connection } = await start();
  const { rows } = await connect(connection).raw("select pg_backend_pid() as pid");
  process.kill(rows[0].pid, "SIGKILL");

  const knex = connect(connection);
  const isPresent = async () => {
    const { rows } = await knex.raw(
      "select count(*)::int as users from pg_stat_activity where application_name like 'assay:embedded:%'",
    );
    expect(rows).toEqual([{ users: 1 }]);
  };
  await eventually(isPresent);
});

test("killing the process and all of PostgreSQL loses no acknowledged row", async () => {
  const process = await startProcess();
  const written = await writeUntil(process, 200);

  await killAll(process);
  const { connection } = await start();

  const numbers = await connect(connection)("written").orderBy("number").pluck("number");
  expect(numbers.slice(0, written)).toEqual(numbersTo(written));
});

test("a server that outlived its process is adopted, with every acknowledged row", async () => {
  const process = await startProcess();
  const pid = await findPostmasterPid();
  const written = await writeUntil(process, 50);

  await kill(process);
  const { connection } = await start();

  expect(await findPostmasterPid()).toBe(pid);
  const numbers = await connect(connection)("written").orderBy("number").pluck("number");
  expect(numbers.slice(0, written)).toEqual(numbersTo(written));
});

test("processes that start at once on a new folder share one server, and the last to stop ends it", async () => {
  await beginEmpty();

  const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);
  const pid = await findPostmasterPid();

  const stops: unknown[] = [];
  for (const process of processes) {
    expect(await isRunning(pid)).toBe(true);
    stops.push(await ask(process, "stop"));
  }

  expect(stops).toEqual([{ stopped: false }, { stopped: false }, { stopped: true }]);
  expect(await isRunning(pid)).toBe(false);
});

test("a server is left running while a session of Assay uses it", async () => {
  const { postgres, connection } = await start();
  const knex = connect(connection);
  await knex.raw("select 1");

  expect(await postgres.stop()).toBe(false);

  expect(await knex.raw("select 1")).toMatchObject({ rowCount: 1 });
});

test("a start that was killed while it made the database leaves a folder that starts", async () => {
  await beginEmpty();
  const child = forkProcess();
  await eventually(findUnfinishedDatabase);

  await kill(child);
  const { connection } = await start();

  expect(await connect(connection).raw("select 1")).toMatchObject({ rowCount: 1 });
});

test("a dead server's number that belongs to a stranger now does not hinder the start", async () => {
  await killAll(await startProcess());
  await replacePid(join(folder, "data/postmaster.pid"));
  await replacePid(join(folder, ".s.PGSQL.5432.lock"));

  const { connection } = await start();

  expect(await connect(connection).raw("select 1")).toMatchObject({ rowCount: 1 });
});

test("a server in another container, whose number means nothing here, is adopted", async () => {
  await startProcess();
  const lock = join(folder, "data/postmaster.pid");
  const original = await readFile(lock, "utf8");
  await replacePid(lock);

  const { postgres } = await start();

  expect(await postgres.stop()).toBe(false);
  await writeFile(lock, original);
});

test("a folder with a long path, in a folder that only its owner may enter, works", async () => {
  const closed = join(folder, "closed");
  await mkdir(closed);
  await chmod(closed, 0o700);
  const long = join(closed, "long".repeat(40));

  const { connection } = await start({ folder: long });

  expect(await connect(connection).raw("select 1")).toMatchObject({ rowCount: 1 });
});

test("where no user namespace can be made, a folder that only root may enter works", async () => {
  const closed = folder;
  cleanups.unshift(() => rm(closed, { recursive: true }));
  folder = join(closed, "inside");
  await writeFile(join(closed, "unshare"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });

  const child = forkProcess({ ...process.env, PATH: `${closed}:${process.env["PATH"]}` });

  const [{ connection }] = await once(child, "message");
  const { rows } = await connect(connection).raw("select 1 as one");
  expect(rows).toEqual([{ one: 1 }]);
  expect((await stat(folder)).uid).not.toBe(0);
});

test("a database of another major version is refused and left alone", async () => {
  const { postgres } = await start();
  await postgres.stop();
  await writeFile(join(folder, "data/PG_VERSION"), "9\n");

  await expect(start()).rejects.toThrow(
    /was made by PostgreSQL 9, and this Assay brings PostgreSQL \d+\. Start the version of Assay that made it/,
  );
});

test("files that are no database are refused and left alone", async () => {
  await beginEmpty();
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data/thesis.txt"), "precious");

  await expect(start()).rejects.toThrow("holds files but no PostgreSQL database");

  expect(await readFile(join(folder, "data/thesis.txt"), "utf8")).toBe("precious");
});

test("a lost or wrong password file is named", async () => {
  const { postgres } = await start();
  await postgres.stop();
  const secret = join(folder, "secret");
  const original = await readFile(secret, "utf8");

  await writeFile(secret, "wrong\n");
  await expect(start()).rejects.toThrow(`refuses the password in ${secret}. Restore that file`);
  await rm(secret);
  await expect(start()).rejects.toThrow(`${secret}. Restore this file from your backup.`);

  await writeFile(secret, original);
  await start();
});

test("a server that cannot start shows the end of its log", async () => {
  await expect(start({ settings: { shared_buffers: "plenty" } })).rejects.toThrow(
    /PostgreSQL did not start in .* \(exit code 1\)\. The end of .*postgres\.log:\n.*"plenty"/s,
  );
});

test("PostgreSQL runs from a package whose library links npm left out", async () => {
  const installed = await findBinaries(folder);
  const packageFolder = join(installed.postgres, "../../..");
  const stripped = join(folder, "package");
  await cp(packageFolder, stripped, { recursive: true, filter: isNoLink });

  const binaries = await findBinaries(join(folder, "lib"), stripped);
  const run = promisify(execFile)(binaries.postgres, ["--version"], { env: binaries.environment });

  expect((await run).stdout).toContain(`PostgreSQL) ${binaries.major}.`);
});

test("where there are no abstract sockets, a file lets one launcher in, and outlives none", async () => {
  const first = await takeFile(folder);
  const second = await takeFile(folder);
  expect(first).toBeDefined();
  expect(second).toBeUndefined();

  await first?.();
  await writeFile(join(folder, "launch.lock"), "999999999\n");
  await takeFile(folder);
  expect(await takeFile(folder)).toBeDefined();
});

const isNoLink = async (path: string): Promise<boolean> => !(await lstat(path)).isSymbolicLink();

const makeFolder = async (): Promise<string> =>
  mkdtemp(join(await realpath(tmpdir()), "embedded-"));

async function beginEmpty(): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder, { mode: 0o700 });
}

/** Whatever a test left running. */
async function endServer(): Promise<void> {
  const pid = await findPostmasterPid().catch(() => 0);
  if (!(await isRunning(pid))) return;
  process.kill(pid, "SIGINT");
  await eventually(async () => expect(await isRunning(pid)).toBe(false));
}

async function start(options: Partial<ConstructorParameters<typeof EmbeddedPostgres>[0]> = {}) {
  const postgres = new EmbeddedPostgres({ folder, ...options });
  cleanups.push(() => postgres.stop());
  return { postgres, connection: await postgres.start() };
}

function connect(connection: PostgresConnection): Knex {
  const knex = createKnex(connection, { applicationName: "test", poolMax: 2 });
  cleanups.push(() => knex.destroy());
  return knex;
}

/** A process of its own that has started the server. */
async function startProcess(): Promise<ChildProcess> {
  const child = forkProcess();
  await once(child, "message");
  return child;
}

function forkProcess(env = process.env): ChildProcess {
  const script = fileURLToPath(new URL("../support/embedded-process.ts", import.meta.url));
  const child = fork(script, [folder], {
    env,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  cleanups.push(() => kill(child));
  return child;
}

async function ask(child: ChildProcess, question: string): Promise<unknown> {
  const answered = once(child, "message");
  child.send(question);
  const [answer] = await answered;
  return answer;
}

async function writeUntil(child: ChildProcess, goal: number): Promise<number> {
  child.send("write");
  for await (const [{ written }] of on(child, "message")) if (written >= goal) return written;
  throw new Error("the writer ended");
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function killAll(child: ChildProcess): Promise<void> {
  const pid = await findPostmasterPid();
  await kill(child);
  process.kill(pid, "SIGKILL");
}

async function findUnfinishedDatabase(): Promise<void> {
  const names = await readdir(folder);
  const unfinished = names.find((name) => name.startsWith("data.init-"));
  expect(await readdir(join(folder, unfinished ?? "nothing"))).toContain("base");
}

async function findPostmasterPid(): Promise<number> {
  const lock = await readFile(join(folder, "data/postmaster.pid"), "utf8");
  return Number(lock.split("\n")[0]);
}

const isRunning = (pid: number): Promise<boolean> => isPostmaster(pid, join(folder, "data"));

/** Our own number, as one of a living process that is no PostgreSQL. */
async function replacePid(path: string): Promise<void> {
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, [process.pid, ...rest].join("\n"));
}

/** The first result that is not an error; the test's own time limit ends it. */
async function eventually<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await look();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const numbersTo = (last: number): readonly number[] =>
  Array.from({ length: last }, (_, index) => index + 1);
