import { setTimeout as sleep } from "node:timers/promises";

import type { Knex } from "knex";

import type { Logger } from "../core/logger.ts";
import { reasonOf } from "./caught.ts";
import { isDatabaseAway } from "./database-away.ts";

/** As long as a PostgreSQL takes that recovers from a crash, and no longer than a person waits for a wrong address. */
const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 500;

/**
 * After a reboot the database may be the later one: it is waited for, saying so once. Whoever asks next is told what is
 * wrong with one that never answers.
 */
export async function awaitDatabase(knex: Knex, log: Logger): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let tries = 0; performance.now() < end; tries += 1) {
    try {
      await knex.raw("select 1");
      if (tries > 0) log.info({}, "the database answers now");
      return;
    } catch (error) {
      if (!isDatabaseAway(error)) return;
      if (tries === 0)
        log.warn({ error: reasonOf(error) }, "the database does not answer yet and is waited for");
    }
    await sleep(ASK_AGAIN_MS);
  }
}
