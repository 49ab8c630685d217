import type { Ports } from "../core/ports.ts";
import { principalOfToken } from "./auth.ts";

/** Who pushes. git asks for a name and a password: any name, and a token as the password. */
export async function userOfBasic(
  ports: Pick<Ports, "database">,
  authorization: string | undefined,
): Promise<string | undefined> {
  const [, encoded] = /^Basic +(\S+) *$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString();
  const principal = await principalOfToken(ports, pair.slice(pair.indexOf(":") + 1));
  return principal?.kind === "user" ? principal.name : undefined;
}
