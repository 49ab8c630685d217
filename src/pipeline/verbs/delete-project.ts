import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { removeFilesAtOnce } from "../retention/remove-files.ts";

/** The records, their logs and archives, and the repository go; the buckets with what people put there stay. */
export async function deleteProject(
  ports: Pick<Ports, "archives" | "database" | "logs" | "repository">,
  project: Project,
): Promise<void> {
  await ports.database.transaction(({ projects }) => projects.delete(project.id));
  await removeFilesAtOnce(ports);
}
