import type { BigIntStats } from "node:fs";
import { lstat, readdir, readlink, unlink } from "node:fs/promises";
import { join } from "node:path";

import { closing } from "../closing.ts";
import { Folder } from "../filesystem/folder.ts";
import { Findings } from "./findings.ts";
import { deepest, own } from "./ownership.ts";

/**
 * Makes an output folder in which nothing writes any more the server's own, and what is no file, folder or link goes.
 * Tells what was not kept, and which links lead nowhere here.
 */
export async function takeIn(path: string): Promise<readonly string[]> {
  const findings = new Findings();
  await own(path, await lstat(path, { bigint: true }), 0o700);
  await closing(await Folder.open(path), (folder) => takeInFolder(folder, [], findings));
  return findings.sentences();
}

async function takeInFolder(
  folder: Folder,
  above: readonly string[],
  findings: Findings,
): Promise<void> {
  for (const name of await readdir(folder.path())) {
    const at = [...above, name];
    const stats = await folder.look(name);
    if (stats === undefined) {
      // What was just listed is there, but its name was lost on the way.
      findings.add("nameless", at);
    } else if (stats.isDirectory()) {
      await own(folder.path(name), stats, 0o700);
      if (at.length > deepest) findings.add("deep", at);
      else await closing(await folder.enter(name), (below) => takeInFolder(below, at, findings));
    } else if (stats.isFile()) {
      await own(folder.path(name), stats, 0o600);
    } else if (stats.isSymbolicLink()) {
      if (leadsOut(above, await readlink(folder.path(name)))) findings.add("link", at);
    } else {
      await unlink(folder.path(name));
      findings.add(kindOf(stats), at);
    }
  }
}

/** As written: what it leads to by way of other links is looked at when it is opened, which never follows any. */
const leadsOut = (above: readonly string[], target: string) =>
  target.startsWith("/") || /^\.\.(\/|$)/.test(join(...above, target));

const kindOf = (stats: BigIntStats) => {
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "fifo" : "device";
};
