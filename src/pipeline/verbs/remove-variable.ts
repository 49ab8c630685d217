import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** Nothing new gets it; what was planned keeps it. */
export async function removeVariable(
  { database }: Pick<Ports, "database">,
  { id, slug, settings }: Project,
  name: string,
): Promise<void> {
  if (!Object.hasOwn(settings.env, name))
    throw new NotFoundError(`${slug} has no variable ${name}.`);
  await database.projects.setEntry(id, "env", name, undefined);
}
