import type { Manifest } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import type { SecretVersions } from "../../core/secret.ts";

/**
 * What a run gets: the secrets that the manifest asks for, or all of a project that gives all, as they are now; and the
 * names that it asks for in vain. The manifest's own variables are not covered by a secret that it did not ask for.
 */
export async function secretVersions(
  { database }: Pick<Ports, "database">,
  project: Project,
  { secrets: asked = [], spec }: Pick<Manifest, "secrets" | "spec">,
): Promise<{ readonly versions: SecretVersions; readonly missing: readonly string[] }> {
  const givesAll = project.settings.secrets === "all";
  if (asked.length === 0 && !givesAll) return { versions: {}, missing: [] };
  const known = await database.secrets.list(project.id);
  const given = known.filter(
    ({ name }) => asked.includes(name) || (givesAll && !Object.hasOwn(spec.env, name)),
  );
  return {
    versions: Object.fromEntries(given.map(({ name, version }) => [name, version])),
    missing: asked.filter((name) => known.every((secret) => secret.name !== name)),
  };
}
