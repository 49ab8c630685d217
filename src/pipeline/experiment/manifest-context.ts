import type { ManifestContext } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** What a project's manifests may ask for; `engine` is the submission's own choice. */
export async function manifestContext(
  { engines, database }: Pick<Ports, "engines" | "database">,
  project: Project,
  engine: string | undefined,
): Promise<ManifestContext> {
  const { engineAliases, volumes } = project.settings;
  const secrets = await database.secrets.list(project.id);
  return {
    defaultEngine: project.engine,
    engine,
    secrets: secrets.map(({ name }) => name),
    volumes: Object.keys(volumes),
    engines: [...engines.values()].map(({ name, kind }) => ({
      name,
      kind,
      aliases: Object.keys(engineAliases).filter((alias) => engineAliases[alias] === name),
    })),
  };
}
