import type { BuildRequest } from "../../core/builder.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { readRegistryLogins, REGISTRY_SECRET } from "../../core/registry-login.ts";
import { chooseSecrets, missingSecrets } from "./secret-versions.ts";
import { failed, type Failure } from "./step-result.ts";

/** What a build is given of the project's, and what its log hides because of it. */
export interface BuildMeans extends Pick<BuildRequest, "secrets" | "secretVersions" | "logins"> {
  readonly kind: "given";
  readonly hidden: readonly string[];
}

/** The secrets that the manifest asks for, as they are now, and the project's logins at registries. */
export async function buildMeans(
  { database }: Pick<Ports, "database">,
  project: Project,
  manifest: Pick<Manifest, "secrets" | "spec">,
): Promise<BuildMeans | Failure> {
  const known = await database.secrets.list(project.id);
  const { versions, missing } = chooseSecrets(known, project, manifest);
  if (missing.length > 0) return failed("SecretMissing", missingSecrets(missing));
  const login = known.find(({ name }) => name === REGISTRY_SECRET);
  const all = login === undefined ? versions : { ...versions, [REGISTRY_SECRET]: login.version };
  const values = await database.secrets.values(project.id, all);
  const isGiven = ([name]: readonly [string, string]): boolean => Object.hasOwn(versions, name);
  const written = values[REGISTRY_SECRET];
  const logins = written === undefined ? [] : readRegistryLogins(written);
  if (typeof logins === "string") return failed("SecretWrong", logins);
  return {
    kind: "given",
    secrets: Object.fromEntries(Object.entries(values).filter(isGiven)),
    secretVersions: versions,
    logins,
    hidden: [...Object.values(values), ...logins.map(({ password }) => password)],
  };
}
