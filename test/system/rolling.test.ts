import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { Installation } from "../support/installation.ts";
import { Projects } from "../support/projects.ts";

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.create();
});
afterEach(() => installation.remove());

jest.setTimeout(180_000);

const COMMAND =
  "echo started >> $ASSAY_OUTPUT_PATH/starts; for i in $(seq 1 60); do echo line $i; sleep 0.1; done";
const LOG = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join("");
const IDS = ["digits#1", "digits#2", "digits#3", "digits#4", "digits#5", "digits#6"];

test("servers are replaced while experiments run: none fails, and no log is torn", async () => {
  let server = await installation.startServer();
  const types = "worker: { count: 1, resources: { cpus: 0.1, memory: 0.05 } }";
  const projects = new Projects(server);
  const copy = await projects.create("digits", repositoryFiles(COMMAND, { types }));
  for (const id of IDS) await copy.commit(`exp: ${id}`);
  await copy.push();
  await atStep(server, "digits#1", "Running", /^running/);

  for (let replaced = 0; replaced < 3; replaced += 1) {
    const next = await installation.startServer();
    const exitCode = await server.stop();
    expect(exitCode).toBe(0);
    server = next;
  }

  for (const id of IDS) {
    const experiment = await finished(server, id, 120);
    expect(experiment).toMatchObject({ status: "Succeeded", runs: [{ attempt: 1 }] });
    expect(experiment.steps.map(({ attempt }: { attempt: number }) => attempt)).toEqual([
      1, 1, 1, 1, 1, 1,
    ]);
    expect(await logOf(server, id)).toBe(LOG);
    expect(await installation.output("digits", experiment.id, "starts")).toBe("started\n");
  }
  await projects.remove();
});

test("a server goes on beside a newer one that has migrated their database, until it is stopped", async () => {
  const server = await installation.startServer();
  const projects = new Projects(server);
  const copy = await projects.create("digits", repositoryFiles("echo ran"));

  await migrateFurther();
  await copy.commit("exp: one");
  await copy.push();

  expect(await finished(server, "digits#1")).toMatchObject({ status: "Succeeded" });
  expect((await server.call("GET", "/readyz")).status).toBe(200);
  expect(await server.stop()).toBe(0);
  await projects.remove();
});

test("an older server does not start on a database that a newer one has migrated", async () => {
  await migrateFurther();

  const server = installation.launch({});

  expect(await server.exited).toBe(1);
  expect(server.errors).toContain(
    "The database was migrated by a newer Assay (9999_later.sql); start that version, or a later one.",
  );
});

/** As a version to come might: it adds, and removes nothing that the one before uses. */
async function migrateFurther(): Promise<void> {
  const { knex } = installation.database;
  await knex.raw("alter table experiments add column later text not null default ''");
  await knex.raw("alter table jobs add column later text");
  await knex("migrations").insert({ name: "9999_later.sql" });
}
