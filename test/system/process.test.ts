import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { waitFor } from "../support/wait-for.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-process-"));
});
afterEach(async () => {
  await endPostmaster();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("a port that is taken ends the process with a sentence, and PostgreSQL with it", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;

  const ended = await startServer({ PORT: String(port) }).ended;
  taken.close();

  expect(ended.errors).toContain(`Port ${port} of 127.0.0.1 is taken: stop who has it`);
  expect(ended.code).toBe(1);
  expect(await postmaster()).toBeUndefined();
});

test("what fails once PostgreSQL runs ends PostgreSQL, too", async () => {
  await mkdir(join(folder, "admin-token"));

  const ended = await startServer().ended;

  expect(ended.errors).toContain("EISDIR");
  expect(ended.code).toBe(1);
  expect(await postmaster()).toBeUndefined();
});

test("a Ctrl-C that npm passes on comes twice, and the server still stops in order", async () => {
  const server = startServer();
  const [, url = ""] = await waitFor(
    "the server to listen",
    () => /Assay listens at (\S+)/.exec(server.output()) ?? undefined,
  );

  server.process.kill("SIGINT");
  await waitFor("the stop to begin", () =>
    fetch(url).then(
      () => false,
      () => true,
    ),
  );
  server.process.kill("SIGINT");

  expect(await server.ended).toMatchObject({ code: 0, errors: "" });
  expect(await postmaster()).toBeUndefined();
});

test("a server that is told to stop while it starts leaves no PostgreSQL", async () => {
  const server = startServer();
  await waitFor("PostgreSQL", postmaster);

  server.process.kill("SIGTERM");

  expect(await server.ended).toMatchObject({ code: 0, errors: "" });
  expect(await postmaster()).toBeUndefined();
});

interface Ended {
  readonly code: number | null;
  readonly errors: string;
}

/** The server as a process of its own, on the test's data directory. */
function startServer(variables: Readonly<Record<string, string>> = {}): {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, ["src/main.ts"], {
    cwd: resolve(import.meta.dirname, "../.."),
    env: {
      PATH: process.env["PATH"],
      NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
      PORT: "0",
      ASSAY_DATA_DIR: folder,
      LOG_LEVEL: "silent",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
  // A server that does not end by itself fails its test, and is not left behind.
  const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const ended = once(child, "close").then(([code]: (number | null)[]) => {
    clearTimeout(patience);
    return { code: code ?? null, errors };
  });
  return { process: child, output: () => output, ended };
}

/** The process id of the data directory's PostgreSQL while it runs. */
async function postmaster(): Promise<number | undefined> {
  const lock = await readFile(join(folder, "postgres", "data", "postmaster.pid"), "utf8").catch(
    () => "",
  );
  return Number(lock.split("\n")[0]) || undefined;
}

async function endPostmaster(): Promise<void> {
  const pid = await postmaster();
  if (pid === undefined) return;
  process.kill(pid, "SIGQUIT");
  await waitFor("PostgreSQL to end", async () => (await postmaster()) === undefined);
}
