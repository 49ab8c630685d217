import type { Knex } from "knex";
import type { Client } from "pg";

import { borrow, giveBack } from "./pooled.ts";

/** Where a statement goes: to any connection of the pool, or to that of a transaction. */
export type Db = Knex | Transaction;

/** The one connection of a transaction, for as long as it lasts. */
export class Transaction {
  readonly pool: Knex;
  readonly #connection: Client;
  #isGathering = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(pool: Knex, connection: Client) {
    this.pool = pool;
    this.#connection = connection;
  }

  /** What is sent without waiting in between travels together, as each journey costs more than what most statements do. */
  send<T>(statement: (connection: Client) => Promise<T>): Promise<T> {
    if (!this.#isGathering) {
      this.#isGathering = true;
      const { stream } = this.#connection.connection;
      stream.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        stream.uncork();
      });
    }
    return statement(this.#connection);
  }

  /** Nobody waits for its answer. Where it fails, what comes after it fails, and `failure` says why. */
  sendAhead(statement: (connection: Client) => Promise<unknown>): void {
    this.send(statement).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** The first of what nobody waited for. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }
}

/** All that `work` writes or nothing; its own errors are thrown as they are. */
export async function inTransaction<T>(
  knex: Knex,
  work: (db: Transaction) => Promise<T>,
): Promise<T> {
  const connection = await borrow(knex);
  const transaction = new Transaction(knex, connection);
  let isClean = false;
  try {
    transaction.sendAhead((its) => its.query("begin"));
    const answer = await work(transaction);
    await commit(transaction);
    isClean = true;
    return answer;
  } catch (error) {
    isClean = await rollback(transaction);
    throw transaction.failure === undefined ? error : transaction.failure.error;
  } finally {
    giveBack(knex, connection, isClean);
  }
}

async function commit(transaction: Transaction): Promise<void> {
  const { command } = await transaction.send((its) => its.query("commit"));
  // PostgreSQL's answer where a statement had failed, and `work` did not throw.
  if (command === "ROLLBACK")
    throw new Error("A statement of this transaction failed, so nothing of it was kept.");
}

/** Whether the connection can be used again. */
const rollback = (transaction: Transaction): Promise<boolean> =>
  transaction
    .send((its) => its.query("rollback"))
    .then(
      () => true,
      () => false,
    );
