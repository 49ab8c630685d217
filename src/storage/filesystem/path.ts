import type { BigIntStats } from "node:fs";

import { BadRequestError, ForbiddenError } from "../../core/errors.ts";
import { codeOf } from "../caught.ts";
import { closing } from "../closing.ts";
import { Folder } from "./folder.ts";

/** The folder of a key, and the key's name in it. */
export interface Place {
  readonly folder: readonly string[];
  readonly name: string;
}

export const placeOf = (segments: readonly string[]): Place => ({
  folder: segments.slice(0, -1),
  name: segments.at(-1) ?? "",
});

/** Works in a folder of the bucket that is reached without following any link; undefined where it is not there. */
export async function inFolder<Result>(
  bucketPath: string,
  segments: readonly string[],
  work: (folder: Folder) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await closing(await descend(bucketPath, segments, enter), work);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EACCES") throw new ForbiddenError(unreadable, { cause: error });
    throw error;
  }
}

/** Makes what is missing, readable for everybody, as experiments have any user. The caller closes it. */
export async function makeFolder(bucketPath: string, segments: readonly string[]): Promise<Folder> {
  return descend(bucketPath, segments, async (folder, name) => {
    try {
      return await folder.make(name, 0o755);
    } catch (error) {
      if (codeOf(error) !== "ENOTDIR") throw error;
      await lookUnlinked(folder, name);
      throw new BadRequestError(
        `${JSON.stringify(name)} is an object, so no other can lie below it: choose another key.`,
        { cause: error },
      );
    }
  });
}

/** What lies there; a link is refused. */
export async function lookUnlinked(folder: Folder, name: string): Promise<BigIntStats | undefined> {
  const stats = await folder.look(name);
  if (stats?.isSymbolicLink()) throw linkRefused(name);
  return stats;
}

async function descend(
  bucketPath: string,
  segments: readonly string[],
  into: (folder: Folder, name: string) => Promise<Folder>,
): Promise<Folder> {
  let folder = await Folder.open(bucketPath);
  for (const segment of segments) folder = await closing(folder, (parent) => into(parent, segment));
  return folder;
}

async function enter(folder: Folder, name: string): Promise<Folder> {
  try {
    return await folder.enter(name);
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") await lookUnlinked(folder, name);
    throw error;
  }
}

const linkRefused = (name: string) =>
  new BadRequestError(
    `${JSON.stringify(name)} is a link, and links in a bucket are not followed. Name the file that it stands for.`,
  );

const unreadable =
  "The experiment that wrote this keeps it to itself while it runs. Come back when it has ended.";
