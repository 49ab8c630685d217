import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { type Secret, secretFault } from "../../core/secret.ts";

/** A new version; experiments that are submitted from now on get it. */
export async function setSecret(
  { database }: Pick<Ports, "database">,
  { id: projectId }: Project,
  secret: { readonly name: string; readonly value: string; readonly createdBy: string | undefined },
): Promise<Secret> {
  const fault = secretFault(secret.name, secret.value);
  if (fault !== undefined) throw new InvalidError(fault, [{ path: "value", message: fault }]);
  return database.secrets.put({ projectId, ...secret });
}
