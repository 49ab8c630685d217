import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { Installation } from "../support/installation.ts";
import { Projects } from "../support/projects.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.create();
});
afterEach(() => installation.remove());

/** On a machine that has much else to do. */
const PATIENCE_SECONDS = 60;
jest.setTimeout(180_000);

const buildLog = (server: ServerProcess) => logOf(server, "digits#1", "?step=Building");

/** An experiment whose build is under way, and how to push another one. */
async function building(
  server: ServerProcess,
  instruction: string,
): Promise<{ readonly pushAnother: () => Promise<void> }> {
  const files = repositoryFiles("echo ran");
  const projects = new Projects(server);
  const copy = await projects.create("digits", {
    ...files,
    Dockerfile: `${files["Dockerfile"]}RUN echo has begun && ${instruction}\n`,
  });
  await copy.commit("exp: one");
  await copy.push();
  await atStep(server, "digits#1", "Building");
  await waitFor(
    "the build to run",
    async () => /has begun\n/.test(await buildLog(server)),
    PATIENCE_SECONDS,
  );
  return {
    async pushAnother() {
      // Another image: of two that share one, either may be the one that builds it.
      const Dockerfile = `${files["Dockerfile"]}RUN echo another && ${instruction}\n`;
      await copy.commit("exp: two", { Dockerfile });
      await copy.push();
      await projects.remove();
    },
  };
}

const begunAgain = (server: ServerProcess, log: RegExp): Promise<unknown> =>
  waitFor(
    "the build to begin again",
    async () => {
      const { body } = await server.call("GET", "/api/v1/experiments/digits%231");
      return body.step === "Building" && log.test(await buildLog(server));
    },
    PATIENCE_SECONDS,
  );

/** As a person does who does not want to wait: again and again. */
async function insist(server: ServerProcess, signal: "SIGTERM" | "SIGINT"): Promise<number | null> {
  let hasEnded = false;
  const ended = server.exited.finally(() => (hasEnded = true));
  await waitFor("the server to end", () => {
    server.signal(signal);
    return hasEnded;
  });
  return ended;
}

test("a server that is told to stop finishes its build, begins nothing new, and the next one goes on", async () => {
  const first = await installation.startServer();
  const { pushAnother } = await building(first, "sleep 4");

  const exited = first.stop();
  await pushAnother();
  const exitCode = await exited;

  expect(exitCode).toBe(0);
  const left = installation.database.knex("experiments").orderBy("number");
  expect(await left.select("number", "step", "step_status")).toMatchObject([
    { number: 1 },
    { number: 2, step: "Waiting", step_status: "Initialize" },
  ]);
  const second = await installation.startServer();
  expect(await finished(second, "digits#1")).toMatchObject({ status: "Succeeded" });
  expect(await finished(second, "digits#2")).toMatchObject({ status: "Succeeded" });
  expect((await buildLog(second)).match(/has begun\n/g)).toHaveLength(1);
});

test("a build that outlasts BUILD_DRAIN is stopped, says so, and begins again at the next server", async () => {
  const first = await installation.startServer({ BUILD_DRAIN: "1" });
  const { pushAnother } = await building(first, "sleep 600");
  await pushAnother();

  const exitCode = await first.stop();

  expect(exitCode).toBe(0);
  const second = await installation.startServer();
  await begunAgain(
    second,
    /has begun\n[^]*The build was stopped\.\nThe build was interrupted and begins again; [^]*has begun\n/,
  );
  for (const id of ["digits%231", "digits%232"])
    await second.call("POST", `/api/v1/experiments/${id}/cancel`);
  expect(await finished(second, "digits#1")).toMatchObject({ status: "Cancelled" });
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a second %s ends the wait for a build, and the next server builds",
  async (signal) => {
    const first = await installation.startServer();
    const { pushAnother } = await building(first, "sleep 600");
    await pushAnother();

    const exitCode = await insist(first, signal);

    expect(exitCode).toBe(130);
    const second = await installation.startServer();
    await begunAgain(second, /has begun\n[^]*interrupted and begins again; [^]*has begun\n/);
    for (const id of ["digits%231", "digits%232"])
      await second.call("POST", `/api/v1/experiments/${id}/cancel`);
    expect(await finished(second, "digits#1")).toMatchObject({ status: "Cancelled" });
  },
);
