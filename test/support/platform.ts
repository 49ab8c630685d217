import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Knex } from "knex";

import { readConfig, type Config } from "../../src/config.ts";
import type { Ports } from "../../src/core/ports.ts";
import { PostgresInvariantStore } from "../../src/db/invariants.ts";
import { brokenInvariants } from "../../src/pipeline/invariants.ts";
import { createPlatform, type Overrides, type Platform } from "../../src/platform.ts";
import { call as send } from "./call.ts";
import { removeImagesOf } from "./images.ts";
import { createTestDatabase } from "./postgres.ts";

export interface TestPlatform {
  readonly url: string;
  readonly token: string;
  readonly ports: Ports;
  readonly dataDirectory: string;
  /** A request with the administrator's token; answers the JSON body. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** Its database, for what only time or an accident would do. */
  readonly knex: Knex;
  /** How many rows each table has. */
  readonly rowCounts: () => Promise<Readonly<Record<string, number>>>;
  /** The platform ends and another one goes on with its database and data directory. */
  readonly restart: () => Promise<void>;
  /** Throws at the end where something does not hold that always must. */
  readonly stop: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // A test looks into it as it pleases.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** The platform as it runs, on a database and data directory of its own; `changes` and `overrides` replace parts. */
export async function startPlatform(
  changes: Partial<Config> = {},
  overrides: Overrides = {},
): Promise<TestPlatform> {
  const database = await createTestDatabase();
  const dataDirectory = await mkdtemp(join(tmpdir(), "assay-platform-"));
  const { host, port, user, password, database: name } = database.connection;
  const query = new URLSearchParams({ host, port: String(port) });
  const config: Config = {
    ...readConfig({}),
    port: 0,
    dataDirectory,
    databaseUrl: `postgresql://${user}:${encodeURIComponent(password)}@localhost/${name}?${query.toString()}`,
    dummyEngine: true,
    allowLocalRepositories: true,
    buildDrainSeconds: 5,
    logLevel: "silent",
    ...changes,
  };
  let platform: Platform = await createPlatform(config, overrides);
  let { url } = await platform.start();
  const call: TestPlatform["call"] = (method, path, body, headers) =>
    send({ url, token: platform.adminToken }, method, path, body, headers);
  return {
    get url() {
      return url;
    },
    get token() {
      return platform.adminToken;
    },
    get ports() {
      return platform.ports;
    },
    dataDirectory,
    knex: database.knex,
    call,
    async rowCounts() {
      const { rows } = await database.knex.raw(
        "select tablename from pg_tables where schemaname = 'public' order by 1",
      );
      const counts: Record<string, number> = {};
      for (const { tablename } of rows) {
        const [row] = await database.knex(tablename).count();
        counts[tablename] = Number(row?.["count"]);
      }
      return counts;
    },
    async restart() {
      await platform.stop();
      platform = await createPlatform(config, overrides);
      ({ url } = await platform.start());
    },
    async stop() {
      const invariants = new PostgresInvariantStore(database.knex);
      // While it still works: what must always hold, holds in every moment.
      const broken = await brokenInvariants(
        { invariants },
        platform.ports.engines,
        platform.ports.maxActive,
      );
      await platform.stop();
      const { id } = await database.knex("installation").first("id");
      await removeImagesOf(id);
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 3 });
      if (broken.length > 0) throw new Error(`Broken: ${JSON.stringify(broken, undefined, 2)}`);
    },
  };
}
