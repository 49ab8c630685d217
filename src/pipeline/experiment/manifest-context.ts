import type { ManifestContext } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";

/** What a project's manifests may ask for; `engine` is the submission's own choice. */
export function manifestContext(
  { engines }: Pick<Ports, "engines">,
  project: Project,
  engine: string | undefined,
): ManifestContext {
  const { engineAliases } = project.settings;
  return {
    defaultEngine: project.engine,
    engine,
    engines: [...engines.values()].map(({ name, kind }) => ({
      name,
      kind,
      aliases: Object.keys(engineAliases).filter((alias) => engineAliases[alias] === name),
    })),
  };
}
