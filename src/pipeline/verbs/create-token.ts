import { createHash, randomBytes } from "node:crypto";

import type { Token } from "../../core/access.ts";
import type { Stores } from "../../core/database.ts";

export interface NewToken {
  readonly user: string;
  readonly name: string;
  /** Seconds from now; undefined: until it is deleted. */
  readonly expiresIn: number | undefined;
}

/** A further token of a user. What it is shows only this answer: its hash is kept. */
export async function createToken(
  { tokens }: Pick<Stores, "tokens">,
  { user, name, expiresIn }: NewToken,
): Promise<Token & { readonly token: string }> {
  const token = `assay_${randomBytes(32).toString("base64url")}`;
  const expiresAt = expiresIn === undefined ? undefined : new Date(Date.now() + expiresIn * 1000);
  return { ...(await tokens.create({ hash: hashOfToken(token), user, name, expiresAt })), token };
}

export function hashOfToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
