import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { z } from "zod";

import { failure } from "./exit.ts";
import type { Shell } from "./shell.ts";

/** What `assay login` and `assay context` keep. */
export const SavedSettings = z.object({
  url: z.url().optional(),
  token: z.string().optional(),
  project: z.string().optional(),
  engine: z.string().optional(),
});
export type SavedSettings = z.infer<typeof SavedSettings>;

export function configPath({ env }: Pick<Shell, "env">): string {
  // The specification of the base directories: a relative path counts as unset.
  const base = env["XDG_CONFIG_HOME"];
  const home = env["HOME"] ?? homedir();
  const folder = base?.startsWith("/") === true ? base : join(home, ".config");
  return join(folder, "assay", "config.json");
}

/** Nothing saved yet is no settings. */
export async function readSaved(shell: Pick<Shell, "env">): Promise<SavedSettings> {
  const path = configPath(shell);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw failure(`${path} cannot be read: ${error.message}`);
  });
  const read = SavedSettings.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw failure(`${path} is not as assay wrote it. Remove it and run assay login again.`);
}

/** For this user's eyes alone; whoever reads meanwhile sees the old one or the new one. */
export async function save(shell: Pick<Shell, "env">, settings: SavedSettings): Promise<void> {
  const path = configPath(shell);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
