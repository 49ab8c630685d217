import { NotFoundError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** Nothing new gets it. */
export async function removeVolume(
  { database }: Pick<Ports, "database">,
  { id, slug, settings }: Project,
  name: string,
): Promise<void> {
  if (!Object.hasOwn(settings.volumes, name))
    throw new NotFoundError(`${slug} has no volume ${name}.`);
  await database.projects.setEntry(id, "volumes", name, undefined);
}
