import { CONFIGURED_USER } from "../../core/access.ts";
import { ConflictError, NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";

/** Ends all their tokens and sessions at once; what they started stays, and goes on. */
export async function removeUser(
  { database }: Pick<Ports, "database">,
  name: string,
): Promise<void> {
  if (name === CONFIGURED_USER)
    throw new ConflictError(
      `${CONFIGURED_USER} is who holds the server's own token (ASSAY_ADMIN_TOKEN), and stays.`,
    );
  if (!(await database.users.remove(name))) throw new NotFoundError(`There is no user ${name}.`);
}
