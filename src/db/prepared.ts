import { createHash } from "node:crypto";

import { codeOf, reasonOf } from "./caught.ts";

/** Each connection keeps its own; texts beyond these are read and planned each time. */
const MOST_NAMES = 200;

const names = new Map<string, string>();
let generation = 0;

/**
 * The name under which a connection keeps a statement prepared, so that PostgreSQL reads and plans it once: with the
 * pipeline's statements that is a third of its work. The same text has the same name.
 */
export function preparedName(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const name = createHash("sha256").update(`${generation} ${sql}`).digest("base64url").slice(0, 20);
  names.set(sql, name);
  return name;
}

/** A newer server has changed a table under a prepared statement, which PostgreSQL refuses from then on. */
export function isOutdatedPlan(error: unknown): boolean {
  return (
    codeOf(error) === "0A000" && reasonOf(error).includes("cached plan must not change result type")
  );
}

/** Statements are prepared anew, under other names. */
export function forgetPrepared(): void {
  generation += 1;
  names.clear();
}
