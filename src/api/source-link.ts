import type { ForgeKind } from "../core/project.ts";

const folders: Readonly<Record<ForgeKind, string | undefined>> = {
  builtin: undefined,
  github: "tree",
  gitlab: "-/tree",
  gitea: "src/commit",
  bitbucket: "src",
};

const comparisons: Readonly<Record<ForgeKind, ((from: string, to: string) => string) | undefined>> =
  {
    builtin: undefined,
    github: (from, to) => `compare/${from}...${to}`,
    gitlab: (from, to) => `-/compare/${from}...${to}`,
    gitea: (from, to) => `compare/${from}...${to}`,
    bitbucket: (from, to) => `branches/compare/${to}..${from}`,
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

/** The page of all that lies between two commits. */
export function comparisonLink(
  project: { readonly forge: ForgeKind; readonly repository: string | undefined },
  { from, to }: { readonly from: string; readonly to: string },
): string | undefined {
  const path = comparisons[project.forge]?.(from, to);
  if (path === undefined || project.repository === undefined) return undefined;
  const page = pageOf(project.repository);
  return page && `${page}/${path}`;
}

/** https://forge/owner/name of an https, ssh or scp-like clone URL; without credentials. */
function pageOf(repository: string): string | undefined {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/.exec(repository) ?? [];
  const url = URL.parse(host === undefined ? repository : `https://${host}/${path}`);
  if (url === null || !["http:", "https:", "ssh:"].includes(url.protocol)) return undefined;
  const name = url.pathname.replace(/(\.git)?\/*$/, "");
  return url.protocol === "ssh:" ? `https://${url.hostname}${name}` : `${url.origin}${name}`;
}
