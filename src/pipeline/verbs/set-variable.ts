import { InvalidError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import { settingsFaults } from "../../core/project-settings.ts";
import type { Project } from "../../core/project.ts";

/** Every container of the project finds it from now on; a manifest's `env` wins. */
export async function setVariable(
  { database }: Pick<Ports, "database">,
  { id }: Project,
  name: string,
  value: string,
): Promise<void> {
  const [fault] = settingsFaults({ env: { [name]: value } });
  if (fault !== undefined) throw new InvalidError(fault.message, [{ ...fault, path: "value" }]);
  await database.projects.setEntry(id, "env", name, value);
}
