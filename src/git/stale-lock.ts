import { rm, stat } from "node:fs/promises";
import { sep } from "node:path";

/** No git process of ours holds a lock for longer. */
const STALE_AFTER_MS = 10 * 60_000;

/** Removes the lock file that git complained about, if a process that died long ago left it. */
export async function removeStaleLock(directory: string, complaint: string): Promise<void> {
  const path = /Unable to create '(?<path>[^']+\.lock)'/i.exec(complaint)?.groups?.["path"];
  if (path === undefined || !path.startsWith(directory + sep) || path.includes("..")) return;
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_AFTER_MS)
    await rm(path, { force: true });
}
