import type { ForgeKind } from "../core/project.ts";

const folders: Readonly<Record<ForgeKind, string | undefined>> = {
  builtin: undefined,
  github: "tree",
  gitlab: "-/tree",
  gitea: "src/commit",
  bitbucket: "src",
};

/** The page of a commit's code on its forge, from the clone URL; undefined where there is none. */
export function sourceLink(
  project: { readonly forge: ForgeKind; readonly repository: string | undefined },
  commit: string | undefined,
): string | undefined {
  const folder = folders[project.forge];
  if (folder === undefined || commit === undefined || project.repository === undefined)
    return undefined;
  const page = pageOf(project.repository);
  return page && `${page}/${folder}/${commit}`;
}

/** https://forge/owner/name of an https, ssh or scp-like clone URL; without credentials. */
function pageOf(repository: string): string | undefined {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/.exec(repository) ?? [];
  const url = URL.parse(host === undefined ? repository : `https://${host}/${path}`);
  if (url === null || !["http:", "https:", "ssh:"].includes(url.protocol)) return undefined;
  const name = url.pathname.replace(/(\.git)?\/*$/, "");
  return url.protocol === "ssh:" ? `https://${url.hostname}${name}` : `${url.origin}${name}`;
}
