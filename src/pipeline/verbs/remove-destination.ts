import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** It is told nothing more, not even what is owed to it. Safe to repeat. */
export async function removeDestination(
  { database }: Pick<Ports, "database">,
  { id: projectId }: Project,
  id: string,
): Promise<void> {
  await database.destinations.remove(projectId, id);
}
