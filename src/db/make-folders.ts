import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

import { codeOf } from "./caught.ts";

/**
 * A folder and those above it that are missing. Not mkdir's own `recursive`, which never ends where a file system
 * refuses new folders by saying that the one above is missing, as /proc does.
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolders(parent, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Another server may have made it in between.
    if (codeOf(error) !== "EEXIST" || !(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}
