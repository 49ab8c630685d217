import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import { codeOf } from "./caught.ts";

/**
 * Experiments of any user reach a bucket through their mount; on the server's own paths nobody else gets below its
 * parents. One that is there already is left as it is.
 */
export async function makeBucketFolder(path: string, mode = 0o755): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Again, as the umask takes from the first.
  if (await makeFolder(path, mode)) await chmod(path, mode);
}

/** Answers whether it was not there before. */
export async function makeFolder(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}
