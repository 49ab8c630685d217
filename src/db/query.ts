import type { Client } from "pg";

import { reachable } from "./database-away.ts";
import { borrow, giveBack } from "./pooled.ts";
import { positional } from "./positional.ts";
import { preparedName } from "./prepared.ts";
import { retried } from "./retried.ts";
import { storableJson, storableText } from "./storable-text.ts";
import { type Db, Transaction } from "./transaction.ts";

export type Bindings = Readonly<Record<string, unknown>>;

/**
 * The rows of one statement with named bindings. `Row` is what the statement selects. It is planned once a connection,
 * or `anew` for these bindings. Throws DatabaseUnavailableError where the database is away.
 */
export async function query<Row extends object>(
  db: Db,
  sql: string,
  bindings: Bindings = {},
  plan: "prepared" | "anew" = "prepared",
): Promise<readonly Row[]> {
  const send = statementOf<Row>(sql, bindings, plan);
  // A transaction is lost with its statement, and done again as a whole.
  if (db instanceof Transaction) return db.send(send);
  const sendAlone = async (): Promise<readonly Row[]> => {
    const connection = await reachable(() => borrow(db));
    try {
      return await send(connection);
    } finally {
      giveBack(db, connection, true);
    }
  };
  return db.isTransaction === true ? sendAlone() : retried(sendAlone);
}

/** A statement whose answer is of no interest: in a transaction it is not waited for, and what fails fails the commit. */
export async function execute(db: Db, sql: string, bindings: Bindings = {}): Promise<void> {
  if (db instanceof Transaction) db.sendAhead(statementOf(sql, bindings, "prepared"));
  else await query(db, sql, bindings);
}

function statementOf<Row extends object>(
  sql: string,
  bindings: Bindings,
  plan: "prepared" | "anew",
): (connection: Client) => Promise<readonly Row[]> {
  const { text, names } = positional(sql, bindings);
  const values = names.map((name) => toStorable(bindings[name]));
  return (connection) =>
    reachable(async () => {
      const name = plan === "prepared" ? preparedName(sql) : undefined;
      const { rows } = await connection.query<Row>({ text, values, ...(name && { name }) });
      return rows;
    });
}

/** jsonb in; undefined stays null. */
export const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : storableJson(JSON.stringify(value));

/** null in rows is undefined in the domain. */
export const optional = <T>(value: T | null): T | undefined => value ?? undefined;

function toStorable(value: unknown): unknown {
  // An undefined binding is null in SQL.
  if (value === undefined) return null;
  if (typeof value === "string") return storableText(value);
  return Array.isArray(value) ? value.map(toStorable) : value;
}
