import { SourceUnavailableError } from "../core/errors.ts";
import { checkCloneUrl, withoutCredentials } from "./clone-url.ts";
import type { GitSettings } from "./git-environment.ts";
import { type GitProcess, gitOutput, runGit } from "./run-git.ts";

export interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly commit: string;
}

/** The submodules of a commit itself, not theirs. Throws SourceUnavailableError for one that Assay will not fetch. */
export async function listSubmodules(
  settings: GitSettings,
  process: GitProcess,
  { commit, url }: { readonly commit: string; readonly url: string | undefined },
): Promise<readonly Submodule[]> {
  const tree = await gitOutput(["ls-tree", "-r", "-z", "--full-tree", commit], process);
  const links = tree
    .toString("utf8")
    .split("\0")
    .flatMap((entry) => {
      const link = /^160000 commit (?<id>[0-9a-f]{40})\t(?<path>.+)$/s.exec(entry)?.groups;
      return link === undefined ? [] : [{ id: link["id"] ?? "", path: link["path"] ?? "" }];
    });
  if (links.length === 0) return [];
  const urls = await submoduleUrls(process, commit);
  return links.map(({ id, path }) => {
    const written = urls.get(path);
    if (written === undefined)
      throw new SourceUnavailableError(`The submodule ${path} has no URL in .gitmodules.`);
    const absolute = absoluteUrl(written, url);
    const reason =
      absolute === undefined
        ? `Its URL ${written} is relative, and the project has no URL that it could be relative to.`
        : checkCloneUrl(absolute, settings);
    if (absolute === undefined || reason !== undefined)
      throw new SourceUnavailableError(
        `The submodule ${path} (${withoutCredentials(written)}) cannot be fetched. ${reason ?? ""}`,
      );
    return { path, url: absolute, commit: id };
  });
}

/** Path → URL, as .gitmodules of the commit says; git reads it as data and includes nothing. */
async function submoduleUrls(
  process: GitProcess,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = String.raw`^submodule\..*\.(path|url)$`;
  const blob = `${commit}:.gitmodules`;
  const args = ["config", "--null", "--no-includes", `--blob=${blob}`, "--get-regexp", wanted];
  const { exitCode, stdout } = await runGit(args, process);
  if (exitCode !== 0) return new Map();
  const paths = new Map<string, string>();
  const urls = new Map<string, string>();
  for (const entry of stdout.toString("utf8").split("\0")) {
    const match = /^submodule\.(?<name>.*)\.(?<key>path|url)\n(?<value>.*)$/s.exec(entry)?.groups;
    if (match === undefined) continue;
    const { name = "", key, value = "" } = match;
    (key === "path" ? paths : urls).set(name, value);
  }
  return new Map(
    [...paths].flatMap(([name, path]) => {
      const url = urls.get(name);
      return url === undefined ? [] : [[path, url] as const];
    }),
  );
}

/** `../other.git` is beside the repository, as git sees it. */
function absoluteUrl(written: string, base: string | undefined): string | undefined {
  if (!/^\.{1,2}\//.test(written)) return written;
  if (base === undefined) return undefined;
  let url = base.replace(/\/+$/, "");
  let rest = written;
  for (;;) {
    if (rest.startsWith("./")) rest = rest.slice(2);
    else if (rest.startsWith("../")) {
      rest = rest.slice(3);
      url = url.replace(/[/:][^/:]*$/, "");
    } else return `${url}/${rest}`;
  }
}
