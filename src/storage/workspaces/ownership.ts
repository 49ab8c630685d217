import type { BigIntStats } from "node:fs";
import { chmod, lchown, readdir } from "node:fs/promises";

import { codeOf } from "../caught.ts";
import { closing } from "../closing.ts";
import { Folder } from "../filesystem/folder.ts";

/** No key reaches deeper, and each level holds a folder open. */
export const deepest = 512;

const user = () => process.geteuid?.() ?? 0;

/** Root takes what another user's is; anybody gives himself the rights that he needs. */
export async function own(path: string, stats: BigIntStats, rights: number): Promise<void> {
  if (user() === 0 && stats.uid !== 0n) await lchown(path, 0, process.getegid?.() ?? 0);
  const mode = Number(stats.mode) & 0o7777;
  if ((mode & rights) !== rights) await chmod(path, mode | rights);
}

/** Whether a folder holds, at any depth, what is another user's; nothing may write there any more. */
export async function holdsForeign(path: string): Promise<boolean> {
  try {
    return await closing(await Folder.open(path), (folder) => isForeign(folder, 0));
  } catch (error) {
    if (codeOf(error) === "EACCES") return true;
    throw error;
  }
}

async function isForeign(folder: Folder, depth: number): Promise<boolean> {
  for (const name of await readdir(folder.path())) {
    const stats = await folder.look(name);
    if (stats === undefined) continue;
    if (stats.uid !== BigInt(user())) return true;
    if (!stats.isDirectory() || depth === deepest) continue;
    await own(folder.path(name), stats, 0o700);
    const below = await folder.enter(name);
    if (await closing(below, (folder) => isForeign(folder, depth + 1))) return true;
  }
  return false;
}
