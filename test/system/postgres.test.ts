import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { Installation } from "../support/installation.ts";
import { Projects } from "../support/projects.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

jest.setTimeout(180_000);

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.create({ DATABASE_URL: "" });
});
afterEach(async () => {
  await installation.remove();
});

const COMMAND =
  "echo started >> $ASSAY_OUTPUT_PATH/starts; for i in $(seq 1 50); do echo line $i; sleep 0.1; done";
const LOG = Array.from({ length: 50 }, (_, index) => `line ${index + 1}\n`).join("");

/** An experiment that prints. */
async function push(server: ServerProcess): Promise<void> {
  const projects = new Projects(server);
  const copy = await projects.create("digits", repositoryFiles(COMMAND));
  await copy.commit("exp: one");
  await copy.push();
  await projects.remove();
  await waitFor("its log", async () => /line 3\n/.test(await logOf(server, "digits#1")), 60);
}

async function killPostgres(): Promise<void> {
  process.kill((await installation.postmaster()) ?? NaN, "SIGKILL");
}

const WHOLE = { status: "Succeeded", attempts: [1], log: LOG, starts: "started\n", exitCode: 0 };

async function endingAt(server: ServerProcess): Promise<object> {
  const { id, status, runs } = await finished(server, "digits#1", 120);
  return {
    status,
    attempts: runs.map(({ attempt }: { attempt: number }) => attempt),
    log: await logOf(server, "digits#1"),
    starts: await installation.output("digits", id, "starts"),
    exitCode: await server.stop(),
  };
}

test("PostgreSQL is killed below a server: it is started again, and the experiment goes on", async () => {
  const server = await installation.startServer();
  await push(server);

  await killPostgres();

  await waitFor(
    "the server to be ready again",
    () => server.call("GET", "/readyz").then(({ status }) => status === 200),
    60,
  );

  expect(await endingAt(server)).toEqual(WHOLE);
});

test("a server and its PostgreSQL are killed together: the next server goes on with what was committed", async () => {
  const first = await installation.startServer();
  await push(first);

  await first.kill();
  await killPostgres();

  const second = await installation.startServer();

  expect(await endingAt(second)).toEqual(WHOLE);
});
