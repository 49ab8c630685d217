import type { BuildRequest } from "../../core/builder.ts";
import { shellWord } from "../../core/shell-word.ts";

/** AIchor's name for one file that holds them all. */
const allInOne = "_env";

/** Which secrets a build uses, and as what BuildKit asks for them. */
export interface BuildSecrets {
  /** Name and version of each, in order: what decides about the image. */
  readonly versions: readonly (readonly [name: string, version: number])[];
  /** By the id that a step mounts. */
  readonly values: ReadonlyMap<string, string>;
}

/** Of the secrets that are given, those that steps mount; `mounted` undefined is all of them. */
export function buildSecrets(
  { secrets, secretVersions }: Pick<BuildRequest, "secrets" | "secretVersions">,
  mounted: ReadonlySet<string> | undefined,
): BuildSecrets {
  const names = Object.keys(secrets).toSorted();
  const asksForAll = mounted?.has(allInOne) ?? true;
  const used = asksForAll ? names : names.filter((name) => mounted?.has(name));
  const values = new Map(used.map((name) => [name, secrets[name] ?? ""]));
  if (asksForAll && !values.has(allInOne) && names.length > 0)
    values.set(allInOne, asShell(secrets, names));
  return { versions: used.map((name) => [name, secretVersions[name] ?? 0] as const), values };
}

/** To be read by a shell: `. /run/secrets/_env`. */
const asShell = (secrets: BuildRequest["secrets"], names: readonly string[]): string =>
  names.map((name) => `export ${name}=${shellWord(secrets[name] ?? "")}\n`).join("");
