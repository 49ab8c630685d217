import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { NO_COMMIT } from "./new-commits.ts";
import { type MovedRef, receivePush } from "./receive-push.ts";

/** Differences of the look before: a push that is just being reported is left to itself. */
const suspects = new Map<string, string>();

/** Finds pushes to built-in remotes that were stored but never decided, because the server died in between. */
export async function reconcileRefs(
  ports: Pick<Ports, "database" | "repository" | "log">,
): Promise<void> {
  for (const project of await ports.database.projects.list()) {
    if (project.forge !== "builtin") continue;
    const moved = await unseen(ports, project);
    const now = JSON.stringify(moved);
    if (moved.length > 0 && suspects.get(project.id) === now) {
      ports.log.warn(
        { project: project.slug, refs: moved.length },
        "a push was stored but not decided; deciding it now",
      );
      await receivePush(ports, project, moved, undefined);
      suspects.delete(project.id);
    } else suspects.set(project.id, now);
  }
}

async function unseen(
  { database, repository }: Pick<Ports, "database" | "repository">,
  project: Project,
): Promise<readonly MovedRef[]> {
  const seen = new Map(
    (await database.projects.seenRefs(project.id)).map(({ ref, commit }) => [ref, commit]),
  );
  const refs = await repository.refs(project);
  const there = new Set(refs.map(({ name }) => name));
  const moved = refs
    .filter(({ name, commit }) => seen.get(name) !== commit)
    .map(({ name: ref, commit: after }) => ({ ref, before: seen.get(ref) ?? NO_COMMIT, after }));
  const deleted = [...seen]
    .filter(([ref]) => !there.has(ref))
    .map(([ref, before]) => ({ ref, before, after: NO_COMMIT }));
  return [...moved, ...deleted];
}
