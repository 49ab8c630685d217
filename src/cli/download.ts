import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { ObjectAnswer } from "../contract/object.ts";
import { ROUTES } from "../contract/routes.ts";
import { type Client, unreachable } from "./client.ts";
import { EXIT, Exit, failure } from "./exit.ts";
import { codeOf, hasPath } from "./reason.ts";

export interface Remote {
  readonly project: string;
  readonly bucket: string;
  readonly object: ObjectAnswer;
}

/** In vain: each that brings something is followed by as many. */
const MOST_TRIES = 6;

/**
 * Brings an object into a file, and says whether it had to be fetched. What an earlier try brought is gone on with; the
 * file gets its name, and the object's time, when it is whole: so a file of the same size and time is there already.
 */
export async function download(client: Client, remote: Remote, target: string): Promise<boolean> {
  const { object } = remote;
  if (await isThere(object, target)) return false;
  await mkdir(dirname(target), { recursive: true });
  const part = partOf(object, target);
  let reached = 0;
  for (let tries = 1; ; tries += 1)
    try {
      await append(client, remote, part);
      break;
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== EXIT.unreachable) throw error;
      const size = (await lookAt(part))?.size ?? 0;
      if (size > reached) tries = 1;
      if (tries === MOST_TRIES) throw error;
      reached = size;
      await client.pause(100 * 2 ** tries);
    }
  const { size } = await stat(part);
  if (size !== object.size)
    throw failure(`${object.key} came with ${size} bytes and has ${object.size}. Run this again.`);
  const modifiedAt = new Date(object.modifiedAt);
  await utimes(part, modifiedAt, modifiedAt);
  await rename(part, target);
  return true;
}

async function isThere({ size, modifiedAt }: ObjectAnswer, target: string): Promise<boolean> {
  const file = await lookAt(target);
  if (file?.isDirectory() === true)
    throw failure(`${target} is a folder: move it away, or choose another place.`);
  return file?.size === size && Math.abs(file.mtimeMs - Date.parse(modifiedAt)) < 1;
}

/** Beside the target, by its content's version: what was begun of an older one is never gone on with. */
function partOf({ key, etag }: ObjectAnswer, target: string): string {
  const version = createHash("sha256").update(`${key}\n${etag}`).digest("hex").slice(0, 16);
  return join(dirname(target), `.assay-part-${version}`);
}

/** From where the part ends. */
async function append(client: Client, remote: Remote, part: string): Promise<void> {
  const { project, bucket, object } = remote;
  const have = (await lookAt(part))?.size ?? 0;
  if (have === object.size && have > 0) return;
  if (have > object.size) await rm(part);
  const start = have > object.size ? 0 : have;
  const response = await client.open(ROUTES.getObject, {
    path: { project, bucket, key: object.key },
    ...(start > 0 && { headers: { range: `bytes=${start}-` } }),
  });
  const etag = response.headers.get("etag")?.replaceAll('"', "");
  if (etag !== object.etag) {
    await response.body?.cancel();
    throw failure(`${object.key} was changed meanwhile. Run this again.`);
  }
  const flags = response.status === 206 ? "a" : "w";
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
  await pipeline(body, createWriteStream(part, { flags })).catch((error: unknown) => {
    if (hasPath(error) || codeOf(error) === "ENOSPC") throw error;
    throw unreachable(client.url, error);
  });
}

const lookAt = (path: string) =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
