import type { Knex } from "knex";

export type Bindings = Readonly<Record<string, unknown>>;

/** The rows of one statement with named bindings. `Row` is what the statement selects. */
export async function query<Row extends object>(
  db: Knex,
  sql: string,
  bindings: Bindings = {},
): Promise<readonly Row[]> {
  // An undefined binding is an error in knex; in SQL it is null.
  const known = Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => [name, value === undefined ? null : value]),
  );
  const { rows } = await db.raw(sql, known);
  return rows;
}

/** jsonb in; undefined stays null. */
export const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

/** null in rows is undefined in the domain. */
export const optional = <T>(value: T | null): T | undefined => value ?? undefined;
