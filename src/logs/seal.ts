import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { dirname } from "node:path";

import { logFolder, type LogFile, readBytes, segmentsOf } from "./segments.ts";

/** What readers were told outlives a power cut after this: the files, and the folders' entries up to the root. */
export async function syncLog(root: string, log: LogFile): Promise<void> {
  const folder = logFolder(root, log);
  const files = (await segmentsOf(root, log)).map(({ path }) => path);
  for (const path of [...files, folder, dirname(folder), root]) {
    const file = await open(path, "r");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** SHA-256 in hex of the first `bytes` bytes, as they lie on the disk. */
export async function hashLog(root: string, log: LogFile, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of readBytes(root, log, { start: 0, end: bytes })) hash.update(block);
  return hash.digest("hex");
}
