import { randomBytes } from "node:crypto";

import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** A new secret; the one before it is accepted for a day. */
export async function rotateWebhookSecret(
  { database }: Pick<Ports, "database">,
  { id }: Project,
): Promise<string> {
  const secret = randomBytes(24).toString("base64url");
  await database.projects.rotateWebhookSecret(id, secret);
  return secret;
}
