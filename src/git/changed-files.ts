import type { ChangedFile } from "../core/repository.ts";
import { findCommit } from "./commits.ts";
import { type GitProcess, gitOutput } from "./run-git.ts";

/** What differs between the trees of two commits, by path; a file that was renamed is one deleted and one added. */
export async function listChangedFiles(
  process: Omit<GitProcess, "input">,
  { from, to }: { readonly from: string; readonly to: string },
  limit: number,
): Promise<readonly ChangedFile[] | undefined> {
  const known = await Promise.all([from, to].map((id) => findCommit(process, id)));
  if (known.includes(undefined)) return undefined;
  const options = [
    "-r",
    "-z",
    "--no-renames",
    "--raw",
    "--numstat",
    "--no-ext-diff",
    "--no-textconv",
  ];
  const output = await gitOutput(["diff-tree", ...options, from, to, "--"], process);
  return toFiles(output.toString("utf8").split("\0")).slice(0, limit);
}

/** First `:… <status>` and its path for each, then `<added> TAB <deleted> TAB <path>` for each; - stands for no text. */
function toFiles(records: readonly string[]): readonly ChangedFile[] {
  const changes = new Map<string, ChangedFile["change"]>();
  const files: ChangedFile[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? "";
    if (record.startsWith(":")) {
      changes.set(records[at + 1] ?? "", CHANGES[record.at(-1) ?? ""] ?? "modified");
      at += 1;
      continue;
    }
    const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.+)$/s.exec(record) ?? [];
    if (path === undefined) continue;
    const change = changes.get(path) ?? "modified";
    files.push({ path, change, linesAdded: count(added), linesDeleted: count(deleted) });
  }
  return files;
}

const CHANGES: Readonly<Record<string, ChangedFile["change"]>> = { A: "added", D: "deleted" };

const count = (digits: string | undefined): number | undefined =>
  digits === undefined || digits === "-" ? undefined : Number(digits);
