import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** The records and the repository go; the buckets with what people put there stay. */
export async function deleteProject(
  { database, repository }: Pick<Ports, "database" | "repository">,
  project: Project,
): Promise<void> {
  await database.transaction(({ projects }) => projects.delete(project.id));
  await repository.remove(project);
}
