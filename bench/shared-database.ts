import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Knex } from "knex";

import { createKnex } from "../src/db/connect.ts";
import { EmbeddedPostgres } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { removeImagesOf } from "../test/support/images.ts";
import { BenchServer } from "./bench-server.ts";

/** A PostgreSQL that the benchmark looks into itself, and the servers on it. */
export interface SharedDatabase {
  readonly knex: Knex;
  readonly startServer: () => Promise<BenchServer>;
}

/** For the time of `work`; servers that it leaves are stopped. Nothing of it is left. */
export async function withDatabase<T>(work: (shared: SharedDatabase) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  const data = join(folder, "data");
  const postgres = new EmbeddedPostgres({ folder: join(folder, "postgres") });
  const { host, port, user, password, database } = await postgres.start();
  const knex = createKnex(
    { host, port, user, password, database },
    { applicationName: "bench", poolMax: 4 },
  );
  const query = new URLSearchParams({ host, port: String(port) });
  const url = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${query.toString()}`;
  const servers: BenchServer[] = [];
  try {
    await migrate(knex);
    return await work({
      knex,
      async startServer() {
        const server = await BenchServer.start(data, { DATABASE_URL: url });
        servers.push(server);
        return server;
      },
    });
  } finally {
    for (const server of servers) await server.stop();
    const id = await readFile(join(data, "database-id"), "utf8").catch(() => undefined);
    if (id !== undefined) await removeImagesOf(id.trim());
    await knex.destroy();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
