import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { refCommit } from "../refs.ts";
import type { GitProcess } from "../run-git.ts";
import { gitOutput } from "../run-git.ts";
import type { PushedRef } from "./hook-line.ts";

const NEW = /^0+$/;

/** Lets HEAD name a branch that exists, so that a clone of a repository without `main` checks something out. */
export async function followFirstBranch(
  directory: string,
  refs: readonly PushedRef[],
  process: GitProcess,
): Promise<void> {
  const created = refs.find(
    ({ ref, before, after }) =>
      ref.startsWith("refs/heads/") && NEW.test(before) && !NEW.test(after),
  );
  if (created === undefined) return;
  const head = (await readFile(join(directory, "HEAD"), "utf8")).replace(/^ref: /, "").trim();
  if (head === created.ref || (await refCommit(process, head)) !== undefined) return;
  await gitOutput(["symbolic-ref", "HEAD", created.ref], process);
}
