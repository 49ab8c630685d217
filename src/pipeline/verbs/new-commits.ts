import type { Push } from "../../core/forge.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";

/** A push is read this far back; what is older was pushed by somebody who does not tag a thousand commits. */
const MOST_COMMITS = 1000;

export const NO_COMMIT = "0".repeat(40);

/**
 * The commits of a push that are new to the project, oldest first, from the repository here: not reachable from any ref
 * that the project has seen. On the first push of all, and on a forced one, only the head.
 */
export async function newCommits(
  { repository, database }: Pick<Ports, "repository" | "database">,
  project: Project,
  { after, forced }: Pick<Push, "after" | "forced">,
): Promise<readonly Commit[]> {
  const seen = await database.projects.seenCommits(project.id);
  const headOnly = forced || seen.length === 0;
  return repository.newCommits(project, after, seen, headOnly ? 1 : MOST_COMMITS);
}

/** Whether the new state of a ref has lost commits that it had. */
export async function isForced(
  { repository }: Pick<Ports, "repository">,
  project: Project,
  before: string,
  after: string,
): Promise<boolean> {
  if (before === NO_COMMIT || after === NO_COMMIT) return false;
  const lost = await repository.newCommits(project, before, [after], 1);
  return lost.length > 0;
}
