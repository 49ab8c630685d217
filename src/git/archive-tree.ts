import { SourceUnavailableError } from "../core/errors.ts";
import { GitFailedError, type GitProcess, streamGit } from "./run-git.ts";
import { tarEntries } from "./tar-entries.ts";

/** How a Git LFS pointer begins, and what the specification bounds it to. */
const LFS_POINTER = Buffer.from("version https://git-lfs.github.com/spec/v1\n");
const MAX_LFS_POINTER_BYTES = 1024;

/**
 * The files of a commit as tar entries, without the end of the archive. Git LFS pointers are noticed on the way, so
 * that the usual case costs one process; whoever reads must drop what it got when this throws.
 */
export async function* archiveTree(
  process: GitProcess,
  { commit, prefix }: { readonly commit: string; readonly prefix: string },
): AsyncGenerator<Uint8Array> {
  const pointers: string[] = [];
  const args = ["archive", "--format=tar", `--prefix=${prefix}`, commit];
  try {
    yield* tarEntries(streamGit(args, process), {
      maxBytes: MAX_LFS_POINTER_BYTES,
      visit: ({ name, bytes }) => {
        if (bytes.subarray(0, LFS_POINTER.length).equals(LFS_POINTER)) pointers.push(name);
      },
    });
  } catch (error) {
    throw error instanceof GitFailedError ? archiveFailure(commit, error) : error;
  }
  const [first] = pointers;
  if (first === undefined) return;
  const others = pointers.length - 1;
  throw new SourceUnavailableError(
    `${others === 0 ? `${first} is` : `${first} and ${others} more of the commit's files are`} stored with Git LFS, which Assay does not fetch. Put the content into the repository itself, the image or the input bucket.`,
  );
}

function archiveFailure(commit: string, error: GitFailedError): Error {
  const path = /invalid path '(?<path>[^\n]*)'/.exec(error.stderr)?.groups?.["path"];
  if (path !== undefined)
    return new SourceUnavailableError(
      `Commit ${commit.slice(0, 7)} holds the path ${JSON.stringify(path)}, which git refuses to check out.`,
    );
  if (/not a valid object name|bad object|not a tree object/i.test(error.stderr))
    return new SourceUnavailableError(
      `There is no commit ${commit.slice(0, 7)} in the repository. Was it removed by a forced push?`,
    );
  return error;
}
