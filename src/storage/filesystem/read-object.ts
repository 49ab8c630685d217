import { constants, type BigIntStats } from "node:fs";
import { open } from "node:fs/promises";

import { ConflictError } from "../../core/errors.ts";
import { inFolder, type Place } from "./path.ts";

const blockBytes = 256 * 1024;

/**
 * The bytes [start, end) of a file that was looked at before. It is opened when the first byte is asked for, so that a
 * body that nobody reads holds nothing open; another file that has taken its place by then is not mixed in.
 */
export async function* readObject(
  bucketPath: string,
  place: Place,
  stats: BigIntStats,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  const file = await openFile(bucketPath, place);
  try {
    const { dev, ino } = await file.stat({ bigint: true });
    if (ino !== stats.ino || dev !== stats.dev) throw replaced(place);
    for (let at = start; at < end;) {
      const block = Buffer.allocUnsafe(Math.min(blockBytes, end - at));
      const { bytesRead } = await file.read(block, 0, block.length, at);
      if (bytesRead === 0) throw replaced(place);
      yield block.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function openFile(bucketPath: string, place: Place) {
  // Not to wait for a writer, should a FIFO have taken the file's place.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await inFolder(bucketPath, place.folder, (folder) =>
    open(folder.path(place.name), flags),
  );
  if (file === undefined) throw replaced(place);
  return file;
}

const replaced = ({ name }: Place) =>
  new ConflictError(`${JSON.stringify(name)} was replaced while it was read. Read it again.`);
