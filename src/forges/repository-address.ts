import { InvalidError } from "../core/errors.ts";

/** Of a clone URL, where the forge is and what it calls the repository. */
export interface RepositoryAddress {
  /** With the port of https, where it names one; undefined for a folder of this machine. */
  readonly host: string | undefined;
  /** owner/name, or deeper: without .git. */
  readonly path: string;
}

export function repositoryAddress(repository: string): RepositoryAddress {
  const scp = /^[^/@]+@(?<host>[^:/]+):(?<path>.+)$/.exec(repository)?.groups;
  const url = scp === undefined ? URL.parse(repository) : null;
  const host = url?.protocol === "ssh:" ? url.hostname : url?.host;
  const path = (scp?.["path"] ?? url?.pathname ?? "")
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "");
  if (url?.protocol === "file:")
    return { host: undefined, path: path.split("/").slice(-2).join("/") };
  return { host: scp?.["host"] ?? host, path };
}

/** `api` as an administrator gave it, else what the forge's host means. */
export function apiAddress(
  given: string | undefined,
  repository: string,
  ofHost: (host: string) => string,
): string {
  if (given !== undefined) return given.replace(/\/+$/, "");
  const { host } = repositoryAddress(repository);
  if (host !== undefined && host !== "") return ofHost(host);
  const message =
    "The repository's address does not tell where the forge's API is: give it as api.";
  throw new InvalidError(message, [{ path: "api", message }]);
}
