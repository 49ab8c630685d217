import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { settingsFaults } from "../../core/project-settings.ts";
import type { Project, ProjectSettings } from "../../core/project.ts";
import { messageOf } from "../message-of.ts";
import { engineFaults } from "./create-project.ts";
import { refsNow, repositoryFaults } from "./project-repository.ts";

/**
 * Name, engine, repository and settings; what is left out stays. The slug and the forge never change. Another repository
 * begins as that of a new project does: its refs count as seen, and its first delivery tells which one it is.
 */
export async function updateProject(
  ports: Pick<Ports, "database" | "repository" | "engines" | "refuseRepository">,
  project: Project,
  change: {
    readonly name?: string | undefined;
    readonly engine?: string | undefined;
    readonly repository?: string | undefined;
    readonly settings?: Partial<ProjectSettings> | undefined;
  },
): Promise<Project> {
  const { name, engine, repository, settings } = change;
  const errors = [
    ...(repository === undefined ? [] : repositoryFaults(ports, project.forge, repository)),
    ...(engine === undefined ? [] : engineFaults(ports, engine)),
    ...settingsFaults(settings ?? {}),
  ];
  if (errors.length > 0)
    throw new InvalidError(errors.map(({ message }) => message).join(" "), errors);
  const refs =
    repository === undefined || repository === project.repository
      ? []
      : await refsOf(ports, { ...project, repository });
  return ports.database.transaction(async ({ projects, events }) => {
    const updated = await projects.update(project.id, {
      ...(name !== undefined && { name }),
      ...(engine !== undefined && { engine }),
      ...(repository !== undefined && { repository }),
      ...(settings !== undefined && { settings: { ...project.settings, ...settings } }),
    });
    // What was seen of the one before stays seen: most likely it has only moved.
    await projects.markSeen(
      project.id,
      refs.map((each) => ({ ...each, forced: true })),
    );
    // Another limit may let somebody go.
    await events.publish({ kind: "schedule" });
    return updated;
  });
}

/** One that cannot be read is no change: its history would look new, and start what ran long ago. */
async function refsOf(ports: Pick<Ports, "repository">, project: Project) {
  try {
    return await refsNow(ports, project);
  } catch (error) {
    const message = `The repository could not be read, and the project keeps its own: ${messageOf(error)}`;
    throw new InvalidError(message, [{ path: "repository", message }]);
  }
}
