import type { Knex } from "knex";

import { reachable } from "./database-away.ts";
import { preparedName } from "./prepared.ts";
import { retried } from "./retried.ts";
import { storableJson, storableText } from "./storable-text.ts";

export type Bindings = Readonly<Record<string, unknown>>;

/**
 * The rows of one statement with named bindings. `Row` is what the statement selects. It is planned once a connection,
 * or `anew` for these bindings. Throws DatabaseUnavailableError where the database is away.
 */
export async function query<Row extends object>(
  db: Knex,
  sql: string,
  bindings: Bindings = {},
  plan: "prepared" | "anew" = "prepared",
): Promise<readonly Row[]> {
  const storable = Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => [name, toStorable(value)]),
  );
  const send = async (): Promise<readonly Row[]> => {
    const statement = db
      .raw(sql, storable)
      .options({ name: plan === "prepared" ? preparedName(sql) : undefined });
    const { rows } = await reachable(() => statement);
    return rows;
  };
  // A transaction is lost with its statement, and done again as a whole.
  return db.isTransaction === true ? send() : retried(send);
}

/** jsonb in; undefined stays null. */
export const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : storableJson(JSON.stringify(value));

/** null in rows is undefined in the domain. */
export const optional = <T>(value: T | null): T | undefined => value ?? undefined;

function toStorable(value: unknown): unknown {
  // An undefined binding is an error in knex; in SQL it is null.
  if (value === undefined) return null;
  if (typeof value === "string") return storableText(value);
  return Array.isArray(value) ? value.map(toStorable) : value;
}
