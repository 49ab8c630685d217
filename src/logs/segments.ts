import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { NotFoundError } from "../core/errors.ts";
import type { LogRecord } from "../core/log-store.ts";
import { codeOf } from "./caught.ts";

/**
 * A log is a chain of files, one per writer that took it over: `<writer token>-<first byte's offset>.log`. So a writer
 * that was overtaken, and does not know it yet, writes where nobody reads; it can spoil nothing. Each file holds the
 * bytes from its offset to where the next one begins, of which the row tells how many count.
 */
export interface Segment {
  readonly path: string;
  readonly token: number;
  readonly start: number;
  /** Infinity for the last. */
  readonly end: number;
}

export type LogFile = Pick<LogRecord, "id" | "experimentId" | "writerToken">;

/** Bytes per read: enough for the disk, little enough for a thousand followers. */
const blockBytes = 256 * 1024;

export const logFolder = (root: string, log: LogFile) => join(root, log.experimentId, log.id);

export const segmentPath = (folder: string, token: number, start: number) =>
  join(folder, `${token}-${start}.log`);

/** In the order of their bytes. A later writer's file counts from its start on. */
export async function segmentsOf(root: string, log: LogFile): Promise<readonly Segment[]> {
  const folder = logFolder(root, log);
  const found = (await namesIn(folder)).flatMap((name) => {
    const [, token, start] = /^(\d+)-(\d+)\.log$/.exec(name) ?? [];
    return token === undefined || start === undefined || Number(token) > log.writerToken
      ? []
      : [{ path: join(folder, name), token: Number(token), start: Number(start) }];
  });
  let end = Infinity;
  const chain: Segment[] = [];
  for (const segment of found.toSorted((one, other) => other.token - one.token)) {
    if (segment.start >= end) continue;
    chain.unshift({ ...segment, end });
    end = segment.start;
  }
  return chain;
}

/** The bytes [start, end), in blocks. */
export async function* readBytes(
  root: string,
  log: LogFile,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let at = start;
  for (const segment of start < end ? await segmentsOf(root, log) : []) {
    if (segment.end <= at || segment.start >= end) continue;
    if (segment.start > at) break;
    const file = await openSegment(segment.path);
    try {
      for (const until = Math.min(end, segment.end); at < until;) {
        const block = await readBlock(file, at - segment.start, Math.min(blockBytes, until - at));
        if (block.length === 0) throw gone(log);
        yield block;
        at += block.length;
      }
    } finally {
      await file.close();
    }
  }
  if (at < end) throw gone(log);
}

/** How many bytes of what the row tells are there: fewer only after a power cut. */
export async function intactBytes(root: string, log: LogRecord): Promise<number> {
  let intact = 0;
  for (const { path, start, end } of await segmentsOf(root, log)) {
    if (start > intact) break;
    intact = Math.min(end, start + (await stat(path)).size);
    if (intact < end) break;
  }
  return Math.min(intact, log.stored);
}

/** What earlier writers left that no row ever told of. */
export async function removeLeftovers(root: string, log: LogRecord): Promise<void> {
  const folder = logFolder(root, log);
  for (const name of await namesIn(folder)) {
    const [, token, start] = /^(\d+)-(\d+|tail)\.log$/.exec(name) ?? [];
    const isOlder = token !== undefined && Number(token) < log.writerToken;
    const isUnseen = start === "tail" || Number(start) >= log.stored;
    if (isOlder && isUnseen) await rm(join(folder, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function openSegment(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new NotFoundError("This log is not kept any more.", { cause: error });
  }
}

async function readBlock(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const block = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(block, 0, length, position);
  return block.subarray(0, bytesRead);
}

const gone = ({ id }: LogFile) =>
  new NotFoundError(`Bytes of the log ${id} are missing on the disk: it was removed, or cut off.`);
