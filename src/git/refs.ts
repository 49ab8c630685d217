import type { Ref } from "../core/repository.ts";
import { isCommitId } from "./commits.ts";
import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { GitFailedError, type GitProcess, runGit } from "./run-git.ts";
import { simpleGitIn } from "./simple-git-in.ts";

/** Branches and tags with their commits. A tag of something else than a commit (or of another tag) is none of ours. */
export async function listRefs(settings: GitSettings, directory: string): Promise<readonly Ref[]> {
  const git = simpleGitIn(settings, gitEnvironment(settings, { directory }));
  const format =
    "%(if)%(*objectname)%(then)%(*objecttype) %(*objectname)%(else)%(objecttype) %(objectname)%(end) %(refname)";
  const listing = await git.raw("for-each-ref", `--format=${format}`, "refs/heads", "refs/tags");
  return listing.split("\n").flatMap((line) => {
    const ref = /^commit (?<commit>[0-9a-f]{40}) (?<name>refs\/.+)$/.exec(line)?.groups;
    return ref === undefined ? [] : [{ name: ref["name"] ?? "", commit: ref["commit"] ?? "" }];
  });
}

/** What a ref of exactly this name points to. */
export async function refCommit(process: GitProcess, name: string): Promise<string | undefined> {
  if (name.includes("\0")) return undefined;
  const { exitCode, stdout } = await runGit(
    ["show-ref", "--verify", "--hash", "--", name],
    process,
  );
  const id = stdout.toString("utf8").trim();
  return exitCode === 0 && isCommitId(id) ? id : undefined;
}

export async function isReachableFromRefs(process: GitProcess, commit: string): Promise<boolean> {
  if (!isCommitId(commit)) return false;
  // Lists the commit unless a branch or tag leads to it.
  const args = ["rev-list", "--max-count=1", `${commit}^{commit}`, "--not", "--branches", "--tags"];
  const { exitCode, stdout, stderr } = await runGit(args, process);
  if (exitCode === 0) return stdout.length === 0;
  if (/bad object|bad revision/i.test(stderr)) return false;
  throw new GitFailedError(args, exitCode, stderr);
}
