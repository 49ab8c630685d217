import type { Manifest } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { REGISTRY_SECRET } from "../../core/registry-login.ts";
import type { Secret, SecretVersions } from "../../core/secret.ts";

/** The versions of what an experiment gets, and the names that it asks for in vain. */
export interface ChosenSecrets {
  readonly versions: SecretVersions;
  readonly missing: readonly string[];
}

/** What a run gets, as it is now. */
export async function secretVersions(
  { database }: Pick<Ports, "database">,
  project: Project,
  manifest: Pick<Manifest, "secrets" | "spec">,
): Promise<ChosenSecrets> {
  const { secrets: asked = [] } = manifest;
  if (asked.length === 0 && project.settings.secrets !== "all")
    return { versions: {}, missing: [] };
  return chooseSecrets(await database.secrets.list(project.id), project, manifest);
}

/**
 * The secrets that the manifest asks for, or all of a project that gives all. The manifest's own variables are not
 * covered by a secret that it did not ask for, and the logins of registries are for the platform.
 */
export function chooseSecrets(
  known: readonly Secret[],
  { settings }: Pick<Project, "settings">,
  { secrets: asked = [], spec }: Pick<Manifest, "secrets" | "spec">,
): ChosenSecrets {
  const givesAll = settings.secrets === "all";
  const isGivenUnasked = (name: string): boolean =>
    givesAll && name !== REGISTRY_SECRET && !Object.hasOwn(spec.env, name);
  const given = known.filter(({ name }) => asked.includes(name) || isGivenUnasked(name));
  return {
    versions: Object.fromEntries(given.map(({ name, version }) => [name, version])),
    missing: asked.filter((name) => known.every((secret) => secret.name !== name)),
  };
}

/** For both steps that hand secrets out. */
export const missingSecrets = (missing: readonly string[]): string =>
  `The project has no secret ${missing.join(", ")} any more: set it again, or take it out of the manifest's secrets.`;
