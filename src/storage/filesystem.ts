import type { BigIntStats } from "node:fs";
import { unlink } from "node:fs/promises";
import { join } from "node:path";

import { BadRequestError } from "../core/errors.ts";
import type {
  ObjectContent,
  ObjectInfo,
  ObjectListing,
  ObjectStore,
} from "../core/object-store.ts";
import { makeBucketFolder } from "./bucket-folder.ts";
import { closing } from "./closing.ts";
import { Folder } from "./filesystem/folder.ts";
import { bucketSegments, keySegments, splitPrefix } from "./filesystem/keys.ts";
import { type Listed, listed } from "./filesystem/listing.ts";
import { inFolder, lookUnlinked, makeFolder, placeOf } from "./filesystem/path.ts";
import { readObject } from "./filesystem/read-object.ts";
import { upload } from "./filesystem/upload.ts";

/**
 * Buckets as folders, objects as files: what an experiment writes into its bind-mounted folder is an object at once.
 * Links are never followed, whoever made them and however they are swapped in.
 */
export class FilesystemObjectStore implements ObjectStore {
  readonly #folder: string;

  constructor(options: { readonly folder: string }) {
    this.#folder = options.folder;
  }

  async put(
    bucket: string,
    key: string,
    body: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<ObjectInfo> {
    const path = this.#path(bucket);
    const { folder, name } = placeOf(keySegments(key));
    signal?.throwIfAborted();
    if ((await lookAt(path, key))?.isDirectory())
      throw new BadRequestError(`${JSON.stringify(key)} is a folder: choose another key.`);
    await makeBucketFolder(path);
    const target = { folder: () => makeFolder(path, folder), name };
    return closing(await Folder.open(path), async (bucket) =>
      toInfo(key, await upload(bucket, body, target, signal)),
    );
  }

  async stat(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    const stats = await lookAt(this.#path(bucket), key);
    return stats?.isFile() ? toInfo(key, stats) : undefined;
  }

  async get(
    bucket: string,
    key: string,
    range: { readonly start: number; readonly end?: number | undefined } = { start: 0 },
  ): Promise<ObjectContent | undefined> {
    const path = this.#path(bucket);
    const stats = await lookAt(path, key);
    if (!stats?.isFile()) return undefined;
    const info = toInfo(key, stats);
    const end = Math.min(range.end ?? info.size, info.size);
    const place = placeOf(keySegments(key));
    return { ...info, body: readObject(path, place, stats, { start: range.start, end }) };
  }

  async list(bucket: string, request: Parameters<ObjectStore["list"]>[1]): Promise<ObjectListing> {
    const { prefix = "", delimiter, after = "", limit } = request;
    if (delimiter !== undefined && delimiter !== "/")
      throw new BadRequestError('The delimiter can only be "/".');
    const { folder: path, name } = splitPrefix(prefix);
    const at = path.map((segment) => `${segment}/`).join("");
    const wanted = { at, name, after, grouped: delimiter === "/" };
    const found = await inFolder(this.#path(bucket), path, (folder) =>
      page(listed(folder, wanted), limit),
    );
    return found ?? { objects: [], prefixes: [], nextAfter: undefined };
  }

  async delete(bucket: string, key: string): Promise<boolean> {
    const { folder: path, name } = placeOf(keySegments(key));
    const deleted = await inFolder(this.#path(bucket), path, async (folder) => {
      const isFile = (await lookUnlinked(folder, name))?.isFile() ?? false;
      if (isFile) await unlink(folder.path(name));
      return isFile;
    });
    return deleted ?? false;
  }

  #path(bucket: string): string {
    return join(this.#folder, ...bucketSegments(bucket));
  }
}

/** Of a file or a folder. */
async function lookAt(bucketPath: string, key: string): Promise<BigIntStats | undefined> {
  const { folder: path, name } = placeOf(keySegments(key));
  return inFolder(bucketPath, path, (folder) => lookUnlinked(folder, name));
}

async function page(found: AsyncIterable<Listed>, limit: number): Promise<ObjectListing> {
  const objects: ObjectInfo[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for await (const one of found) {
    if (objects.length + prefixes.length === limit) return { objects, prefixes, nextAfter: last };
    if ("prefix" in one) prefixes.push((last = one.prefix));
    else objects.push(toInfo((last = one.key), one.stats));
  }
  return { objects, prefixes, nextAfter: undefined };
}

const toInfo = (key: string, { size, mtimeNs, ino }: BigIntStats): ObjectInfo => ({
  key,
  size: Number(size),
  modifiedAt: new Date(Number(mtimeNs / 1_000_000n)),
  etag: [size, mtimeNs, ino].map((part) => part.toString(16)).join("-"),
});
