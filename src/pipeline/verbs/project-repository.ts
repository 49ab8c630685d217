import type { Ports } from "../../core/ports.ts";
import type { ForgeKind, Project } from "../../core/project.ts";

/** Why a project of that forge cannot have this repository. */
export function repositoryFaults(
  { refuseRepository }: Pick<Ports, "refuseRepository">,
  forge: ForgeKind,
  repository: string | undefined,
): readonly { readonly path: string; readonly message: string }[] {
  const found: (string | undefined)[] = [];
  if (forge === "builtin" && repository !== undefined)
    found.push("A project on the built-in remote has no repository elsewhere: leave it out.");
  if (forge !== "builtin" && repository === undefined)
    found.push("Name the repository's clone URL: https://…");
  if (repository !== undefined) found.push(refuseRepository(repository));
  return found.flatMap((message) =>
    message === undefined ? [] : [{ path: "repository", message }],
  );
}

/** Its refs as they are now: they count as seen, so that only what is pushed later can start something. */
export async function refsNow(
  { repository }: Pick<Ports, "repository">,
  project: Project,
): Promise<readonly { readonly ref: string; readonly commit: string }[]> {
  await repository.fetch(project, AbortSignal.timeout(60_000));
  const refs = await repository.refs(project);
  return refs.map(({ name: ref, commit }) => ({ ref, commit }));
}
