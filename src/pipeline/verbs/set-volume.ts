import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { settingsFaults } from "../../core/project-settings.ts";
import type { Project, Volume } from "../../core/project.ts";

/** Manifests may attach it by its name from now on. */
export async function setVolume(
  { database }: Pick<Ports, "database">,
  { id }: Project,
  name: string,
  volume: Volume,
): Promise<void> {
  const [fault] = settingsFaults({ volumes: { [name]: volume } });
  if (fault !== undefined) throw new InvalidError(fault.message, [{ ...fault, path: "hostPath" }]);
  await database.projects.setEntry(id, "volumes", name, volume);
}
