import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { failure, usage } from "./exit.ts";
import { reasonOf } from "./reason.ts";
import type { Shell } from "./shell.ts";

/** A commit in full: as written, or as the git repository of this folder knows it. */
export async function fullCommit(
  { folder }: Pick<Shell, "folder">,
  written: string,
): Promise<string> {
  if (/^[0-9a-f]{40}$/i.test(written)) return written.toLowerCase();
  const wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${written}^{commit}`];
  try {
    return await runGit(folder, wanted);
  } catch (error) {
    throw usage(
      `The git repository of this folder knows no commit "${written}". Go to your working copy, or write all 40 digits.`,
      { cause: error },
    );
  }
}

/** The user's own git, with the user's own settings. */
export async function runGit(folder: string, words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("git", [...words], { cwd: folder });
    return stdout.trim();
  } catch (error) {
    throw failure(`git could not do it: ${reasonOf(error)}`, { cause: error });
  }
}
