import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { settingsFaults } from "../../core/project-settings.ts";
import type { Project, ProjectSettings } from "../../core/project.ts";

/** Name, engine and settings; what is left out stays. The slug and the forge never change. */
export async function updateProject(
  { database, engines, events }: Pick<Ports, "database" | "engines" | "events">,
  project: Project,
  change: {
    readonly name?: string | undefined;
    readonly engine?: string | undefined;
    readonly settings?: Partial<ProjectSettings> | undefined;
  },
): Promise<Project> {
  const { name, engine, settings } = change;
  if (engine !== undefined && !engines.has(engine)) {
    const message = `There is no engine ${engine} here. Known: ${[...engines.keys()].join(", ")}.`;
    throw new InvalidError(message, [{ path: "engine", message }]);
  }
  const errors = settingsFaults(settings ?? {});
  if (errors.length > 0)
    throw new InvalidError(errors.map(({ message }) => message).join(" "), errors);
  const updated = await database.projects.update(project.id, {
    ...(name !== undefined && { name }),
    ...(engine !== undefined && { engine }),
    ...(settings !== undefined && { settings: { ...project.settings, ...settings } }),
  });
  // Another limit may let somebody go.
  await events.publish({ kind: "schedule" });
  return updated;
}
