import { InvalidError } from "../core/errors.ts";
import type { ForgeCredential } from "../core/forge.ts";

type TokenCredential = Extract<ForgeCredential, { kind: "token" }>;

/** Of a forge that knows no apps. */
export function tokenOf(credential: ForgeCredential, forge: string): TokenCredential {
  if (credential.kind === "token") return credential;
  const message = `${forge} takes a token: apps are GitHub's.`;
  throw new InvalidError(message, [{ path: "kind", message }]);
}
