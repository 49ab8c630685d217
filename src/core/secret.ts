import { readRegistryLogins, REGISTRY_SECRET } from "./registry-login.ts";
import { variableFault, variableValueFault } from "./reserved-variables.ts";
import { isMaskable, SHORTEST_SECRET } from "./secret-forms.ts";

/** A project's secret, as far as anybody may read it. */
export interface Secret {
  readonly name: string;
  readonly version: number;
  readonly createdBy: string | undefined;
  readonly createdAt: Date;
}

/** Which version of each secret a run gets, by name. */
export type SecretVersions = Readonly<Record<string, number>>;

/** Why a secret cannot have this name and value, as a sentence; undefined where it can. */
export function secretFault(name: string, value: string): string | undefined {
  const fault = variableFault(name) ?? variableValueFault(name, value);
  if (fault !== undefined) return fault;
  if (!isMaskable(value))
    return `The secret ${name} has less than ${SHORTEST_SECRET} characters: logs could not hide it.`;
  const logins = name === REGISTRY_SECRET ? readRegistryLogins(value) : [];
  return typeof logins === "string" ? logins : undefined;
}

/** Values go in and reach containers; no answer of the API holds one. */
export interface SecretStore {
  /** Those that the project has now, by name. */
  list(projectId: string): Promise<readonly Secret[]>;
  /** A new version. Throws ConflictError where another one is made at the same moment. */
  put(secret: {
    readonly projectId: string;
    readonly name: string;
    readonly value: string;
    readonly createdBy: string | undefined;
  }): Promise<Secret>;
  /** false where there is none. What was given it keeps it. */
  remove(projectId: string, name: string): Promise<boolean>;
  /** The values of these versions, by name; those that are erased are left out. */
  values(
    projectId: string,
    versions: SecretVersions | undefined,
  ): Promise<Readonly<Record<string, string>>>;
  /** Erases values that were replaced or removed more than an hour ago, and that nothing active was given. */
  erase(): Promise<void>;
}
