import type { BigIntStats } from "node:fs";
import { opendir } from "node:fs/promises";

import { codeOf } from "../caught.ts";
import type { Folder } from "./folder.ts";
import { compareKeys, longestKey, uploadsFolder } from "./keys.ts";

export type Listed =
  | { readonly key: string; readonly stats: BigIntStats }
  | { readonly prefix: string };

export interface Wanted {
  /** Of the folder that the walk begins in: empty, or ending in a slash. */
  readonly at: string;
  /** What names in that folder begin with. */
  readonly name: string;
  /** Given are only keys and prefixes behind this one. */
  readonly after: string;
  /** Whether folders are named, not walked. */
  readonly grouped: boolean;
}

interface Entry {
  /** Of a folder with a slash at its end: this is how it sorts among the keys. */
  readonly key: string;
  readonly isFolder: boolean;
}

/**
 * In key order, reading no more folders than what is taken from it needs. Only files are objects: links, devices,
 * sockets and FIFOs are passed over, so are folders that the server may not read and those without any object.
 */
export async function* listed(folder: Folder, wanted: Wanted): AsyncGenerator<Listed> {
  for await (const { key, isFolder } of sortedEntries(folder, wanted)) {
    const name = key.slice(wanted.at.length);
    if (!isFolder) {
      const stats = await folder.look(name);
      if (stats?.isFile()) yield { key, stats };
    } else if (!wanted.grouped) {
      yield* below(folder, { ...wanted, at: key, name: "" });
    } else if (await hasObject(folder, key, wanted)) {
      yield { prefix: key };
    }
  }
}

async function* below(parent: Folder, wanted: Wanted): AsyncGenerator<Listed> {
  const folder = await enterIfReadable(parent, nameOf(wanted.at));
  if (folder === undefined) return;
  try {
    yield* listed(folder, wanted);
  } finally {
    await folder.close();
  }
}

async function hasObject(parent: Folder, at: string, wanted: Wanted): Promise<boolean> {
  for await (const _ of below(parent, { ...wanted, at, name: "", after: "", grouped: false }))
    return true;
  return false;
}

/** The most entries of one folder that are held at a time; of a larger folder, each further part is read anew. */
const heldEntries = 4096;

async function* sortedEntries(folder: Folder, wanted: Wanted): AsyncGenerator<Entry> {
  let last: string | undefined;
  for (;;) {
    const entries = await smallestEntries(folder, wanted, last);
    yield* entries;
    if (entries.length < heldEntries) return;
    last = entries.at(-1)?.key;
  }
}

async function smallestEntries(folder: Folder, wanted: Wanted, last: string | undefined) {
  let kept: Entry[] = [];
  for await (const entry of await opendir(folder.path(), { bufferSize: 1024 })) {
    const isFolder = entry.isDirectory();
    if (!(isFolder || entry.isFile()) || !entry.name.startsWith(wanted.name)) continue;
    const key = `${wanted.at}${entry.name}${isFolder ? "/" : ""}`;
    if (last !== undefined && compareKeys(key, last) <= 0) continue;
    if (!canHoldMore(key, isFolder, wanted) || isHidden(key)) continue;
    kept.push({ key, isFolder });
    if (kept.length >= 2 * heldEntries) kept = smallest(kept);
  }
  return smallest(kept);
}

const smallest = (entries: readonly Entry[]) =>
  entries.toSorted((one, other) => compareKeys(one.key, other.key)).slice(0, heldEntries);

const canHoldMore = (key: string, isFolder: boolean, { after, grouped }: Wanted) =>
  compareKeys(key, after) > 0 || (isFolder && !grouped && after.startsWith(key));

const isHidden = (key: string) =>
  key === `${uploadsFolder}/` || Buffer.byteLength(key) > longestKey;

const nameOf = (at: string) => at.slice(at.lastIndexOf("/", at.length - 2) + 1, -1);

async function enterIfReadable(parent: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await parent.enter(name);
  } catch (error) {
    // Gone or swapped meanwhile, or kept to itself by an experiment that runs.
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}
