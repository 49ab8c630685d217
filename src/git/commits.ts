import type { Commit } from "../core/repository.ts";
import { type GitProcess, gitOutput } from "./run-git.ts";

/** 40 hex digits, in full: nothing else is handed to git as a commit. */
export const isCommitId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

const FIELDS = ["%H", "%an", "%ae", "%cI", "%B"];

/**
 * Commits that are reachable from `after` and not from `seen`, oldest first, at most the newest `limit`. Ids travel by
 * standard input, so their number has no bound; what the repository does not know is left out.
 */
export async function listNewCommits(
  process: Omit<GitProcess, "input">,
  { after, seen, limit }: { after: string; seen: readonly string[]; limit: number },
): Promise<readonly Commit[]> {
  if (!isCommitId(after)) return [];
  const revisions = [after, ...seen.filter(isCommitId).map((id) => `^${id}`), ""].join("\n");
  // Parents never before their children, and the newest first: --date-order, then turned round here.
  const options = ["--date-order", `--max-count=${Math.max(0, Math.trunc(limit))}`];
  return (await log(options, { ...process, input: revisions })).toReversed();
}

export async function findCommit(
  process: Omit<GitProcess, "input">,
  id: string,
): Promise<Commit | undefined> {
  if (!isCommitId(id)) return undefined;
  const found = await log(["--no-walk=unsorted"], { ...process, input: `${id}\n` });
  // The id of an annotated tag would give the commit behind it.
  return found.find((commit) => commit.id === id);
}

/** --ignore-missing counts for what comes after it only: it stands before --stdin. */
async function log(options: readonly string[], process: GitProcess): Promise<readonly Commit[]> {
  const output = await gitOutput(
    [
      "log",
      "-z",
      "--no-color",
      "--no-show-signature",
      `--format=tformat:${FIELDS.join("%x00")}`,
      ...options,
      "--ignore-missing",
      "--stdin",
    ],
    process,
  );
  const values = output.toString("utf8").split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS.length <= values.length; at += FIELDS.length) {
    const [id = "", name = "", email = "", committedAt = "", message = ""] = values.slice(at);
    commits.push({ id, author: { name, email }, committedAt, message });
  }
  return commits;
}
