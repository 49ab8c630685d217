import type { Knex } from "knex";
import type { Client } from "pg";

import { borrow, giveBack } from "./pooled.ts";

/** Where a statement goes: to any connection of the pool, or to that of a transaction. */
export type Db = Knex | Transaction;

/** The one connection of a transaction, for as long as it lasts. */
export class Transaction {
  readonly pool: Knex;
  readonly connection: Client;

  constructor(pool: Knex, connection: Client) {
    this.pool = pool;
    this.connection = connection;
  }
}

/** All that `work` writes or nothing; its own errors are thrown as they are. */
export async function inTransaction<T>(
  knex: Knex,
  work: (db: Transaction) => Promise<T>,
): Promise<T> {
  const connection = await borrow(knex);
  let isClean = false;
  try {
    // It travels with the first statement, which fails where this one does.
    const begun = connection.query("begin");
    begun.catch(() => undefined);
    try {
      const answer = await work(new Transaction(knex, connection));
      await begun;
      await commit(connection);
      isClean = true;
      return answer;
    } catch (error) {
      isClean = await rollback(connection);
      throw error;
    }
  } finally {
    giveBack(knex, connection, isClean);
  }
}

async function commit(connection: Client): Promise<void> {
  const { command } = await connection.query("commit");
  // PostgreSQL's answer where a statement had failed, and `work` did not throw.
  if (command === "ROLLBACK")
    throw new Error("A statement of this transaction failed, so nothing of it was kept.");
}

/** Whether the connection can be used again. */
const rollback = (connection: Client): Promise<boolean> =>
  connection.query("rollback").then(
    () => true,
    () => false,
  );
