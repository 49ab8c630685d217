import type { FileRead } from "../core/repository.ts";
import { isCommitId } from "./commits.ts";
import { type GitProcess, gitOutput, runGit } from "./run-git.ts";

/** One regular file of a commit, without following anything: neither links nor `..`. */
export async function readFileAt(
  process: GitProcess,
  { commit, path, limitBytes }: { commit: string; path: string; limitBytes: number },
): Promise<FileRead> {
  if (!isCommitId(commit) || !isPlainPath(path)) return { kind: "missing" };
  const listing = ["ls-tree", "-l", "-z", "--full-tree", commit, "--", path];
  const { exitCode, stdout } = await runGit(listing, process);
  if (exitCode !== 0) return { kind: "missing" };
  const entry = /^(?<mode>\d{6}) \w+ (?<id>[0-9a-f]{40}) +(?<size>\d+|-)\t/.exec(
    stdout.toString("utf8"),
  )?.groups;
  const id = entry?.["id"];
  if (id === undefined) return { kind: "missing" };

  const refused = refusal(entry?.["mode"] ?? "", Number(entry?.["size"]), limitBytes);
  if (refused !== undefined) return { kind: "refused", reason: `${path} ${refused}` };
  return { kind: "file", bytes: await gitOutput(["cat-file", "blob", id], process) };
}

function refusal(mode: string, size: number, limitBytes: number): string | undefined {
  if (mode === "120000") return "is a symbolic link; it must be a regular file.";
  if (mode === "160000") return "is a submodule; it must be a regular file.";
  if (!mode.startsWith("100")) return "is a folder; it must be a regular file.";
  if (size > limitBytes) return `has ${size} bytes; at most ${limitBytes} are read.`;
  return undefined;
}

/** Segments between slashes, each of them a name. git never decodes `%2e`, so it is a name like any other. */
function isPlainPath(path: string): boolean {
  return (
    path.length <= 4096 &&
    !path.includes("\0") &&
    path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..")
  );
}
