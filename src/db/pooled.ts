import type { Knex } from "knex";
import type { Client } from "pg";

/**
 * A connection of knex's pool, to be given back. What knex makes of a statement or a transaction until it is sent costs
 * several times what pg does: the pipeline's go to pg as they are.
 */
export function borrow(knex: Knex): Promise<Client> {
  const { client }: { client: Knex.Client } = knex;
  return client.acquireConnection();
}

/** One that is in an unknown state is closed by the pool instead of being used again. */
export function giveBack(knex: Knex, connection: Client, isClean: boolean): void {
  if (!isClean) Object.assign(connection, { __knex__disposed: "in an unknown state" });
  const { client }: { client: Knex.Client } = knex;
  client.releaseConnection(connection);
}
