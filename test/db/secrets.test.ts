import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { Database } from "../../src/core/database.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { setScene, type Scene } from "../support/scene.ts";

let postgres: TestDatabase;
let database: Database;
let scene: Scene;
beforeEach(async () => {
  postgres = await createTestDatabase();
  const events = new PostgresEventBus(postgres.knex, "test", { isAlone: false });
  const secretKey = new Uint8Array(32);
  database = createDatabase(postgres.knex, { secretKey, events, instance: () => undefined });
  scene = await setScene(database);
});
afterEach(() => postgres.drop());

const put = (value: string, name = "TOKEN") =>
  database.secrets.put({ projectId: scene.project.id, name, value, createdBy: "ada" });
const values = (versions: Readonly<Record<string, number>>) =>
  database.secrets.values(scene.project.id, versions);

/** As if everything that was replaced had been replaced two hours before. */
async function eraseLater(): Promise<void> {
  await postgres.knex.raw("update secrets set replaced_at = replaced_at - interval '2 hours'");
  await database.secrets.erase();
}

const give = (versions: object) =>
  postgres
    .knex("runs")
    .where({ id: scene.run.id })
    .update({ plan: JSON.stringify({ ...scene.run.plan, secrets: versions }) });

test("a new value is a new version, and the list tells of the current ones", async () => {
  await put("first value");
  await put("other value", "ANOTHER");
  await put("second value");

  const list = await database.secrets.list(scene.project.id);

  expect(list).toEqual([
    { name: "ANOTHER", version: 1, createdBy: "ada", createdAt: expect.any(Date) },
    { name: "TOKEN", version: 2, createdBy: "ada", createdAt: expect.any(Date) },
  ]);
  expect(await values({ TOKEN: 1, ANOTHER: 1 })).toEqual({
    TOKEN: "first value",
    ANOTHER: "other value",
  });
});

test("no row of the database holds a value that can be read", async () => {
  await put("a readable value");

  const rows = await postgres.knex("secrets").select();

  expect(JSON.stringify(rows)).not.toContain("readable");
  expect(Buffer.from(rows[0].sealed).toString("latin1")).not.toContain("readable");
});

test("what was replaced or removed is erased, once nothing active was given it", async () => {
  await give({ TOKEN: 1 });
  await put("first value");
  await put("second value");
  await put("third value");
  expect(await database.secrets.remove(scene.project.id, "TOKEN")).toBe(true);
  expect(await database.secrets.remove(scene.project.id, "TOKEN")).toBe(false);
  expect(await database.secrets.list(scene.project.id)).toEqual([]);

  await eraseLater();

  expect(await values({ TOKEN: 1 })).toEqual({ TOKEN: "first value" });
  expect(await values({ TOKEN: 2 })).toEqual({});
  expect(await values({ TOKEN: 3 })).toEqual({});

  await give({});
  await database.secrets.erase();

  expect(await values({ TOKEN: 1 })).toEqual({});
});

test("what was replaced just now may still be given to a run that is being made", async () => {
  await put("first value");
  await put("second value");

  await database.secrets.erase();

  expect(await values({ TOKEN: 1 })).toEqual({ TOKEN: "first value" });
});

test("a version is never used again, also after a removal", async () => {
  await put("first value");
  await database.secrets.remove(scene.project.id, "TOKEN");
  await eraseLater();

  expect(await put("second value")).toMatchObject({ version: 2 });
});
