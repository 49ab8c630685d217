import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { usage } from "./exit.ts";
import type { Shell } from "./shell.ts";

/** A commit in full: as written, or as the git repository of this folder knows it. */
export async function fullCommit(
  { folder }: Pick<Shell, "folder">,
  written: string,
): Promise<string> {
  if (/^[0-9a-f]{40}$/i.test(written)) return written.toLowerCase();
  const wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${written}^{commit}`];
  try {
    const { stdout } = await promisify(execFile)("git", wanted, { cwd: folder });
    return stdout.trim();
  } catch (error) {
    throw usage(
      `The git repository of this folder knows no commit "${written}". Go to your working copy, or write all 40 digits.`,
      { cause: error },
    );
  }
}
