import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";

import { type Pack, pack } from "tar-stream";

import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { removeLeftovers } from "./leftovers.ts";
import { gitOutput } from "./run-git.ts";
import { tarEntries } from "./tar-entries.ts";

export interface HistoryRequest {
  /** The bare repository that it is taken from. */
  readonly directory: string;
  readonly commit: string;
  readonly depth: number;
  /** Where the `.git` folder goes: empty, or ending in a slash. */
  readonly prefix: string;
  /** The remote `origin`. */
  readonly url: string | undefined;
}

const PREFIX = ".history-";

/**
 * A real `.git`, shallow to the depth, with the commit as its detached HEAD, as tar entries. Nothing is checked out:
 * the files beside it come from `git archive`, so no link or hook of a repository ever lies in a folder of ours.
 */
export async function* archiveHistory(
  settings: GitSettings,
  request: HistoryRequest,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await removeLeftovers(settings.folder, PREFIX);
  const folder = join(settings.folder, PREFIX + crypto.randomUUID());
  await mkdir(folder);
  try {
    await fillHistory(settings, folder, request, signal);
    const tar = pack();
    const packed = packFolder(tar, folder, `${request.prefix}.git/`).catch((error: unknown) =>
      tar.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    yield* tarEntries(chunks(tar), { maxBytes: -1, visit: () => {} });
    await packed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillHistory(
  settings: GitSettings,
  folder: string,
  { directory, commit, depth, url }: HistoryRequest,
  signal: AbortSignal | undefined,
): Promise<void> {
  // One pack, made by one thread: the same commit gives the same bytes.
  const configuration = { "fetch.unpackLimit": "1", "pack.threads": "1" };
  const environment = gitEnvironment(settings, {
    directory: folder,
    configuration,
    protocols: "file",
  });
  const git = (...args: readonly string[]): Promise<Buffer> =>
    gitOutput(args, { environment, signal });
  await git("init", "--bare", "--quiet", "--template=", "--initial-branch=main");
  const mirror = pathToFileURL(directory).href;
  const options = ["--quiet", "--no-tags", "--no-write-fetch-head", `--depth=${depth}`];
  await git("fetch", ...options, "--", mirror, commit);
  await git("update-ref", "--no-deref", "HEAD", commit);
  // read-tree writes no times and inodes of files, so the index has the same bytes each time.
  await git("read-tree", "HEAD");
  await git("config", "core.bare", "false");
  if (url === undefined) return;
  await git("config", "remote.origin.url", url);
  await git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
}

async function packFolder(tar: Pack, folder: string, prefix: string): Promise<void> {
  const mtime = new Date(0);
  tar.entry({ name: prefix, type: "directory", mode: 0o755, mtime });
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
  for (const { entry, path } of paths.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = prefix + path.slice(folder.length + 1);
    if (entry.isDirectory()) {
      tar.entry({ name: `${name}/`, type: "directory", mode: 0o755, mtime });
    } else {
      const { size } = await stat(path);
      await pipeline(createReadStream(path), tar.entry({ name, size, mode: 0o644, mtime }));
    }
  }
  tar.finalize();
}

async function* chunks(tar: Pack): AsyncGenerator<Buffer> {
  const stream: AsyncIterable<unknown> = tar;
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}
