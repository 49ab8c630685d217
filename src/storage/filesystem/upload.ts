import { randomUUID } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";

import { StorageFullError } from "../../core/errors.ts";
import { codeOf } from "../caught.ts";
import { closing } from "../closing.ts";
import type { Folder } from "./folder.ts";
import { interruptible } from "./interruptible.ts";
import { uploadsFolder } from "./keys.ts";

/** Of a server that died in an upload; nothing else stays unwritten for that long. */
const abandonedHours = 24;

/** Takes the bytes in aside and durably, then puts them where `target` says, in one move. Of a failure nothing stays. */
export async function upload(
  bucket: Folder,
  body: AsyncIterable<Uint8Array>,
  target: { readonly folder: () => Promise<Folder>; readonly name: string },
  signal: AbortSignal | undefined,
): Promise<BigIntStats> {
  return closing(await bucket.make(uploadsFolder, 0o700), async (uploads) => {
    await removeAbandoned(uploads);
    const unfinished = uploads.path(randomUUID());
    try {
      const stats = await receive(unfinished, interruptible(body, signal));
      await closing(await target.folder(), async (folder) => {
        await rename(unfinished, folder.path(target.name));
        await folder.sync();
      });
      return stats;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw isFull(error) ? new StorageFullError(fullSentence, { cause: error }) : error;
    }
  });
}

async function receive(path: string, body: AsyncIterable<Uint8Array>): Promise<BigIntStats> {
  return closing(await open(path, "wx", 0o600), async (file) => {
    // Each goes on where the last one ended, and is written whole.
    for await (const bytes of body) await file.writeFile(bytes);
    // Experiments read their input as whatever user their image has.
    await file.chmod(0o644);
    await file.sync();
    return file.stat({ bigint: true });
  });
}

async function removeAbandoned(uploads: Folder): Promise<void> {
  for (const name of await readdir(uploads.path())) {
    const path = uploads.path(name);
    const age = Date.now() - (await modifiedAt(path));
    if (age > abandonedHours * 3_600_000) await rm(path, { force: true });
  }
}

/** One that has just come to its end is not abandoned. */
async function modifiedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return Infinity;
    throw error;
  }
}

const isFull = (error: unknown) => ["ENOSPC", "EDQUOT"].includes(String(codeOf(error)));

const fullSentence =
  "The disk is full, so nothing of this upload was kept. Free some space, then upload it again.";
