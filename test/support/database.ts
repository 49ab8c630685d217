import { randomUUID } from "node:crypto";

import type { Database } from "../../src/core/database.ts";
import type { NewExperiment } from "../../src/core/experiment.ts";
import { DEFAULT_SETTINGS, type Project } from "../../src/core/project.ts";
import { createDatabase } from "../../src/db/database.ts";
import { PostgresEventBus } from "../../src/db/event-bus.ts";
import type { TestDatabase } from "./postgres.ts";

/** The stores over a test's database, as a server that has registered. */
export async function openStores(postgres: TestDatabase): Promise<Database> {
  const id = randomUUID();
  await postgres.knex("instances").insert({ id, lock_key: 1, host: "test", version: "0" });
  const events = new PostgresEventBus(postgres.knex, id, { isAlone: false });
  const secretKey = new Uint8Array(32);
  return createDatabase(postgres.knex, { secretKey, events, instance: () => id });
}

export function addProject(database: Database, slug = "digits"): Promise<Project> {
  return database.projects.create({
    slug,
    name: slug,
    forge: "builtin",
    repository: undefined,
    engine: "dummy",
    settings: DEFAULT_SETTINGS,
    webhookSecret: "secret",
  });
}

/** An experiment that a push of `commit` asks for. */
export const pushed = (
  project: Project,
  commit: string,
  more: Partial<NewExperiment> = {},
): NewExperiment => ({
  projectId: project.id,
  name: "baseline",
  source: {
    kind: "commit",
    commit,
    branch: "main",
    message: "exp: baseline",
    author: { name: "Ada", email: "ada@example.org" },
  },
  engine: "dummy",
  triggeredBy: "push",
  ...more,
});
