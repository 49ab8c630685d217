import type { FileHandle } from "node:fs/promises";

import { StorageFullError } from "../core/errors.ts";
import { codeOf } from "./caught.ts";

/** At a position, so that repeating it after a failure changes nothing. */
export async function writeAll(
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;)
      at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  } catch (error) {
    if (codeOf(error) !== "ENOSPC" && codeOf(error) !== "EDQUOT") throw error;
    throw new StorageFullError(
      "The disk that the logs lie on is full. Free some space: the log goes on from where it was.",
      { cause: error },
    );
  }
}
