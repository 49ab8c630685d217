import { on } from "node:events";

import { createKnex } from "../../src/db/connect.ts";
import { EmbeddedPostgres } from "../../src/db/embedded.ts";

/**
 * A process of its own that uses an embedded PostgreSQL, to be forked and killed.
 * It sends `{ connection }` once the server runs, `{ written }` for each row the server acknowledged after "write", and
 * `{ stopped }` after "stop".
 */
const postgres = new EmbeddedPostgres({ folder: process.argv[2] ?? "" });
const connection = await postgres.start();
process.send?.({ connection });

for await (const [message] of on(process, "message")) {
  if (message === "write") await write();
  if (message !== "stop") continue;
  process.send?.({ stopped: await postgres.stop() });
  break;
}
process.disconnect();

async function write(): Promise<never> {
  const knex = createKnex(connection, { applicationName: "writer", poolMax: 1 });
  await knex.raw("create table written (number int)");
  for (let number = 1; ; number += 1) {
    await knex("written").insert({ number });
    process.send?.({ written: number });
  }
}
