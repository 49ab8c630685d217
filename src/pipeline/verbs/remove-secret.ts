import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** Nothing new gets it; what runs keeps it to its end. */
export async function removeSecret(
  { database }: Pick<Ports, "database">,
  { id, slug }: Project,
  name: string,
): Promise<void> {
  if (!(await database.secrets.remove(id, name)))
    throw new NotFoundError(`${slug} has no secret ${name}.`);
}
