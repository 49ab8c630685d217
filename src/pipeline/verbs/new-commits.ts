import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";
import { refFault } from "../../core/select-triggers.ts";

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
  { after, forced }: { readonly after: string; readonly forced: boolean | Promise<boolean> },
): Promise<readonly Commit[]> {
  const list = async (): Promise<readonly Commit[]> => {
    const ignored = await ignoredCommits(database.projects, project);
    const seen = (await database.projects.seenCommits(project.id)).filter((id) => !ignored.has(id));
    return repository.newCommits(project, after, seen, seen.length === 0 ? 1 : MOST_COMMITS);
  };
  const [commits, headOnly] = await Promise.all([list(), forced]);
  return headOnly ? commits.slice(-1) : commits;
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

/**
 * Where only refs that start nothing stand: a commit that came on a tag first still starts with its branch. Of the
 * built-in remote alone, which remembers them; those that a forge had before its project count as seen.
 */
async function ignoredCommits(
  projects: Ports["database"]["projects"],
  { id, forge, settings }: Project,
): Promise<ReadonlySet<string>> {
  if (forge !== "builtin") return new Set();
  const refs = await projects.seenRefs(id);
  const starts = ({ ref }: { readonly ref: string }): boolean =>
    refFault(ref, settings) === undefined;
  const listened = new Set(refs.filter(starts).map(({ commit }) => commit));
  return new Set(refs.map(({ commit }) => commit).filter((commit) => !listened.has(commit)));
}
