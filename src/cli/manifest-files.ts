import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

import { failure } from "./exit.ts";
import { reasonOf } from "./reason.ts";
import type { Shell } from "./shell.ts";

/** Those that a commit message can name, relative to the repository's folder. */
export async function manifestFiles(folder: string): Promise<readonly string[]> {
  const inRoot = (await namesIn(folder)).filter((name) => /^manifest\.ya?ml$/.test(name));
  const below = await Promise.all(
    ["manifests", "aichor_manifests"].map(async (sub) =>
      (await namesIn(join(folder, sub)))
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => `${sub}/${name}`),
    ),
  );
  return [...inRoot, ...below.flat()];
}

export async function readManifest(
  shell: Pick<Shell, "folder" | "in">,
  file: string,
): Promise<string> {
  if (file === "-") return text(shell.in);
  try {
    return await readFile(resolve(shell.folder, file), "utf8");
  } catch (error) {
    throw failure(`${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** As the machine orders them, wherever it is; a folder that is not there holds nothing. */
const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1));
