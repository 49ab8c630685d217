import type { Client } from "./client.ts";
import { download } from "./download.ts";
import { inParallel } from "./in-parallel.ts";
import { objectsBelow } from "./objects.ts";
import { fileBelow, type Place } from "./place.ts";
import { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";

/** Transfers at a time. */
export const PARALLEL = 4;

export interface Fetched {
  readonly files: number;
  readonly bytes: number;
  /** Of the files, those that were there from before. */
  readonly there: number;
}

/** Brings all that is below a place into a folder. Run again, it goes on where it ended. */
export async function fetchFolder(
  shell: Shell,
  client: Client,
  from: Place & { readonly project: string },
  folder: string,
): Promise<Fetched> {
  const { project, bucket, key: prefix } = from;
  const progress = new Progress(shell);
  let [files, bytes, there] = [0, 0, 0];
  try {
    await inParallel(objectsBelow(client, project, from), PARALLEL, async (object) => {
      const target = fileBelow(folder, object.key.slice(prefix.length));
      if (!(await download(client, { project, bucket, object }, target))) there += 1;
      files += 1;
      bytes += object.size;
      progress.show(files, bytes);
    });
  } finally {
    progress.end();
  }
  return { files, bytes, there };
}
