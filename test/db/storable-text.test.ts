import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import { json, query } from "../../src/db/query.ts";
import { addProject, openStores, pushed } from "../support/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let postgres: TestDatabase;
let database: Database;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = await openStores(postgres);
});
afterEach(() => postgres.drop());

const spoilt = "a\0b\ud800c";
const kept = "a\ufffdb\ufffdc";

test("text and JSON that PostgreSQL cannot hold keep all that it can", async () => {
  const [row] = await query(
    postgres.knex,
    `select :note::text as note, :list::text[] as list, :document::jsonb as document`,
    { note: spoilt, list: [spoilt, null], document: json({ [spoilt]: [spoilt, { it: spoilt }] }) },
  );

  expect(row).toEqual({
    note: kept,
    list: [kept, null],
    document: { [kept]: [kept, { it: kept }] },
  });
});

test("what only looks like it, and what is whole, stays as it is", async () => {
  const whole = { path: String.raw`C:\u0000 \ud800 \\u0000`, emoji: "👩‍🔬", lines: "\t\n\u0001" };

  const [row] = await query(
    postgres.knex,
    `select :document::jsonb as document, :bytes::bytea as bytes`,
    { document: json(whole), bytes: Buffer.from("a\0b") },
  );

  expect(row).toEqual({ document: whole, bytes: Buffer.from("a\0b") });
});

test("a step fails with the log's tail whatever bytes the program wrote", async () => {
  const project = await addProject(database);
  const experiment = await made(database.experiments.create(pushed(project, "a".repeat(40))));
  const exception = { kind: "UserError", message: spoilt, logTail: spoilt } as const;

  await database.experiments.advance(experiment, {
    step: "Waiting",
    status: "Failed",
    note: spoilt,
    exception,
    facts: { manifestText: spoilt, fields: { [spoilt]: spoilt } },
  });

  expect(await database.experiments.find(experiment.id)).toMatchObject({
    note: kept,
    manifestText: kept,
    fields: { [kept]: kept },
  });
});

test("a name and tags may hold any characters", async () => {
  const project = await addProject(database);
  const { id } = await made(database.experiments.create(pushed(project, "a".repeat(40))));

  await database.experiments.update(id, { name: spoilt, tags: [spoilt] });

  expect(await database.experiments.find(id)).toMatchObject({ name: kept, tags: [kept] });
});

async function made(creation: Promise<Experiment | undefined>): Promise<Experiment> {
  const experiment = await creation;
  if (experiment === undefined) throw new Error("it was there already");
  return experiment;
}
