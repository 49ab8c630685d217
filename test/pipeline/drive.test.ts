import { randomUUID } from "node:crypto";

import { expect, test } from "@jest/globals";

import { drive } from "../../src/pipeline/drive.ts";
import { openStores } from "../support/database.ts";
import { createTestDatabase } from "../support/postgres.ts";

test("servers that died count against the step that they died at, and not against the next", async () => {
  const postgres = await createTestDatabase();
  const database = await openStores(postgres);
  const ports = { database, metrics: { count: () => {}, observe: () => {}, set: () => {} } };
  await database.queue.push("experiment", randomUUID());
  await postgres.knex("jobs").update({ lost_leases: 4, failures: 7, error: "the disk is slow" });
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  const die = drive(
    ports,
    job,
    async () => "Cloning",
    async (step) => {
      if (step === "Cloning") return { kind: "moved", over: false, write: async () => "Building" };
      throw new Error("the server dies while it builds");
    },
  );

  await expect(die).rejects.toThrow("while it builds");
  expect(await postgres.knex("jobs").first()).toMatchObject({
    lost_leases: 0,
    failures: 0,
    error: null,
  });
  await postgres.drop();
});

test("what is being given up stays so while it waits for its runs to end", async () => {
  const postgres = await createTestDatabase();
  const database = await openStores(postgres);
  const ports = { database, metrics: { count: () => {}, observe: () => {}, set: () => {} } };
  await database.queue.push("experiment", randomUUID());
  await postgres.knex("jobs").update({ lost_leases: 5 });
  const [job] = await database.queue.claim(1);
  if (job === undefined) throw new Error("nothing was claimed");

  await drive(
    ports,
    job,
    async (id) => id,
    async () => ({ kind: "wait", seconds: 0, fault: "five servers died", write: async () => {} }),
  );

  expect(await database.queue.claim(1)).toMatchObject([
    { lostLeases: 5, error: "five servers died" },
  ]);
  await postgres.drop();
});
