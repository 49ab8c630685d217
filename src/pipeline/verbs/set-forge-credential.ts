import { createPrivateKey } from "node:crypto";

import { InvalidError } from "../../core/errors.ts";
import type { ForgeCredential } from "../../core/forge.ts";
import type { Destination } from "../../core/notice.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** As a person gives it: a token, or an app's id and key. */
export interface GivenCredential {
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly appId?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly installationId?: number | undefined;
  readonly api?: string | undefined;
}

const CHECK_MS = 20_000;

/**
 * From now on the forge is told how the project's commits stand. It is asked first whether this credential may do that;
 * one that cannot be asked now is believed, with a warning.
 */
export async function setForgeCredential(
  { database, statuses, outward }: Pick<Ports, "database" | "statuses" | "outward">,
  project: Project,
  { given, createdBy }: { readonly given: GivenCredential; readonly createdBy: string | undefined },
): Promise<{ readonly destination: Destination; readonly warning?: string }> {
  const { id: projectId, forge, repository } = project;
  const its = statuses.get(forge);
  if (its === undefined || repository === undefined)
    throw refused("token", "A project on the built-in remote has no forge that shows statuses.");
  const credential = credentialOf(given);
  const target = { repository, credential };
  const api = its.apiOf(target);
  const fault = outward.refuse(api);
  if (fault !== undefined) throw refused("api", fault);
  const told = await its.check(target, AbortSignal.timeout(CHECK_MS));
  if (told.kind === "refused")
    throw refused(given.token === undefined ? "appId" : "token", told.reason);
  const destination = await database.transaction(async ({ destinations, events }) => {
    const access = { kind: "forge", credential } as const;
    const address = new URL(api).origin;
    const put = await destinations.put({ projectId, address, events: [], access, createdBy });
    await events.publish({ kind: "work" });
    return put;
  });
  if (told.kind === "told") return { destination };
  return {
    destination,
    warning: `${told.reason} What is set is kept, and used from the next move on.`,
  };
}

function credentialOf({
  token,
  user,
  appId,
  privateKey,
  installationId,
  api,
}: GivenCredential): ForgeCredential {
  if (token !== undefined && (appId ?? privateKey ?? installationId) !== undefined)
    throw refused("token", "Give a token, or an app's id and private key: not both.");
  if (token !== undefined) return { kind: "token", token: plainToken(token.trim()), user, api };
  if (appId === undefined || privateKey === undefined)
    throw refused("token", "Give a token, or of GitHub the appId and privateKey of an app.");
  requirePrivateKey(privateKey);
  return { kind: "app", appId, privateKey, installationId, api };
}

/** It travels in a header. */
function plainToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw refused("token", "The token holds a character that no token has: copy it anew.");
}

function requirePrivateKey(pem: string): void {
  try {
    createPrivateKey(pem);
  } catch {
    // Without what the library says: it is about the key.
    throw refused("privateKey", "The private key cannot be read: give the whole .pem file.");
  }
}

function refused(path: string, message: string): InvalidError {
  return new InvalidError(message, [{ path, message }]);
}
