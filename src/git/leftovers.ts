import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const LEFT_AFTER_MS = 24 * 3_600_000;

/** Removes folders whose server was killed while it filled them. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    // Another server may be removing it in this moment.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFT_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}
