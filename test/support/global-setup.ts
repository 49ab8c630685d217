import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createKnex, type PostgresConnection } from "../../src/db/connect.ts";
import { EmbeddedPostgres } from "../../src/db/embedded.ts";
import { isAlive, isPostmaster } from "../../src/db/embedded/processes.ts";
import { migrate } from "../../src/db/migrate.ts";
import { connectionVariable, templateDatabase } from "./postgres.ts";

let running: { readonly postgres: EmbeddedPostgres; readonly folder: string } | undefined;

/** One PostgreSQL for the whole test run, with a migrated database to copy. */
export default async function setUp(): Promise<void> {
  const temporary = await realpath(tmpdir());
  await removeAbandoned(temporary);
  const folder = await mkdtemp(join(temporary, `assay-test-${process.pid}-`));
  // Tests of what a crash leaves start servers of their own, without these settings.
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const postgres = new EmbeddedPostgres({ folder, settings });
  running = { postgres, folder };

  try {
    const connection = await postgres.start();
    await createTemplate(connection);
    process.env[connectionVariable] = JSON.stringify(connection);
  } catch (error) {
    // jest does not tear down what was not set up.
    await tearDown();
    throw error;
  }
}

export async function tearDown(): Promise<void> {
  if (running === undefined) return;
  await running.postgres.stop();
  await rm(running.folder, { recursive: true });
}

async function createTemplate(connection: PostgresConnection): Promise<void> {
  const options = { applicationName: "test-setup", poolMax: 1 };
  const server = createKnex(connection, options);
  const template = createKnex({ ...connection, database: templateDatabase }, options);
  try {
    await server.raw("create database ??", [templateDatabase]);
    await migrate(template);
  } finally {
    await template.destroy();
    await server.destroy();
  }
}

/** A run that was ended by Ctrl-C leaves its server behind; the next run ends it. */
async function removeAbandoned(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const [, run] = name.match(/^assay-test-(\d+)-/) ?? [];
    if (run === undefined || isAlive(Number(run))) continue;
    const data = join(temporary, name, "data");
    const lock = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
    const pid = Number(lock.split("\n")[0]);
    if (pid > 0 && (await isPostmaster(pid, data))) process.kill(pid, "SIGQUIT");
    await rm(join(temporary, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
