import type { Ports } from "../core/ports.ts";
import type { Project } from "../core/project.ts";

/** The experiment's project, which is there as long as the experiment is. */
export async function findProject(
  { database }: Pick<Ports, "database">,
  { projectId }: { readonly projectId: string },
): Promise<Project> {
  const project = await database.projects.find(projectId);
  if (project === undefined) throw new Error(`There is no project ${projectId}.`);
  return project;
}
