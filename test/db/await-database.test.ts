import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { awaitDatabase } from "../../src/db/await-database.ts";
import { createKnex, requirePostgres } from "../../src/db/connect.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { recordingLog } from "../support/recording-log.ts";
import { SocketProxy } from "../support/socket-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

test("a database that comes later than the server is waited for, and said so once", async () => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "assay-late-database-"));
  const socket = `.s.PGSQL.${database.connection.port}`;
  const proxy = await SocketProxy.open(
    join(folder, socket),
    join(database.connection.host, socket),
  );
  await proxy.cut();
  const knex = createKnex(
    { ...database.connection, host: folder },
    { applicationName: "test", poolMax: 1 },
  );
  const { log, told } = recordingLog();

  const answers = awaitDatabase(knex, log);
  await waitFor("the first try", () => told("warn", /does not answer yet/).length > 0);
  await proxy.restore();
  await answers;

  await expect(requirePostgres(knex)).resolves.toBeUndefined();
  expect(told("warn", /database/)).toHaveLength(1);
  expect(told("info", /the database answers now/)).toHaveLength(1);
  await knex.destroy();
  await proxy.cut();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});
