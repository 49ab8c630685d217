import { posix } from "node:path";

import type { BuildRequest } from "../../core/builder.ts";
import { BuildFailedError } from "../../core/errors.ts";
import type { Survey } from "./survey.ts";

/** The context's path in the source; "" is the root. */
export function contextFolder(context: string): string {
  const folder = posix.normalize(`${context}/`).replace(/\/$/, "");
  if (leaves(folder) || posix.isAbsolute(context))
    throw new BuildFailedError(
      `The build context ${JSON.stringify(context)} lies outside of the repository.`,
      { hint: 'Give it relative to the repository\'s root; "." is the root itself.' },
    );
  return folder === "." ? "" : folder;
}

/** Where a Dockerfile may be: relative to the context, else to the source's root. */
export function dockerfileCandidates(folder: string, dockerfile: string): readonly string[] {
  const candidates = [posix.join(folder, dockerfile), posix.normalize(dockerfile)];
  const inside = candidates.filter((path) => !leaves(path) && !posix.isAbsolute(dockerfile));
  if (inside.length === 0)
    throw new BuildFailedError(
      `The Dockerfile ${JSON.stringify(dockerfile)} lies outside of the repository.`,
      { hint: "Give it relative to the build context, or to the repository's root." },
    );
  return [...new Set(inside)];
}

export function noContext(context: string, entries: Survey["entries"]): BuildFailedError {
  const folders = new Set(
    entries
      .keys()
      .map((path) => path.split("/")[0] ?? "")
      .filter((top) => hasBelow(entries, top)),
  );
  return new BuildFailedError(`There is no folder ${context} in the repository to build in.`, {
    hint: `Set builder.context in the manifest; ${list("the folders here are", [...folders])}.`,
  });
}

export function noDockerfile(
  { context, dockerfile }: Pick<BuildRequest, "context" | "dockerfile">,
  entries: Survey["entries"],
): BuildFailedError {
  const names = [...entries].filter(([path, { kind }]) => kind === "file" && looksLikeOne(path));
  const paths = names.map(([path]) => path);
  const where = contextFolder(context) === "" ? "" : `, neither in ${context} nor at its root`;
  return new BuildFailedError(`There is no ${dockerfile} in the repository${where}.`, {
    hint:
      paths.length === 0
        ? "Add one, or name it in the manifest: builder.dockerfile."
        : `Set builder.dockerfile in the manifest; ${list("the Dockerfiles here are", paths)}.`,
  });
}

const leaves = (path: string): boolean =>
  path === ".." || path.startsWith("../") || path.startsWith("/");

const looksLikeOne = (path: string): boolean =>
  /(^|\/)(dockerfile([.-][^/]*)?|[^/]+[.-]dockerfile)$/i.test(path) &&
  !path.endsWith(".dockerignore");

const hasBelow = (entries: Survey["entries"], folder: string): boolean =>
  entries.keys().some((path) => path.startsWith(`${folder}/`));

function list(lead: string, names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return names.length === 0 ? "there are none" : `${lead} ${names.slice(0, 5).join(", ")}${more}`;
}
