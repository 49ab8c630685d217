import { createHash } from "node:crypto";
import { join } from "node:path";

import { SourceUnavailableError } from "../core/errors.ts";
import type { ArchiveOptions } from "../core/repository.ts";
import { archiveHistory } from "./archive-history.ts";
import { archiveTree } from "./archive-tree.ts";
import { parseCloneUrl } from "./clone-url.ts";
import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { runGit } from "./run-git.ts";
import { listSubmodules, type Submodule } from "./submodules.ts";

/** Bounds what one .gitmodules can make Assay fetch. */
const MAX_SUBMODULE_DEPTH = 10;

export interface ArchivedRepository {
  readonly directory: string;
  readonly commit: string;
  readonly prefix: string;
  readonly url: string | undefined;
}

export interface SubmoduleMirrors {
  /** A folder of the project's alone: a mirror made with one project's access is not shown to another. */
  readonly folder: string;
  readonly fetch: (
    directory: string,
    source: { readonly url: string; readonly trusted: boolean },
  ) => Promise<void>;
}

/** The files, a `.git` folder beside them, and where asked for the same of the submodules. */
export async function* archiveWithHistory(
  settings: GitSettings,
  repository: ArchivedRepository,
  options: ArchiveOptions,
  context: { readonly mirrors: SubmoduleMirrors; readonly signal: AbortSignal | undefined },
  level = 0,
): AsyncGenerator<Uint8Array> {
  const { mirrors, signal } = context;
  const { directory, commit, url, prefix } = repository;
  const process = { environment: gitEnvironment(settings, { directory }), signal };
  yield* archiveTree(process, repository);
  yield* archiveHistory(settings, { ...repository, depth: options.depth }, signal);

  const deepest = options.submodules === "recursive" ? MAX_SUBMODULE_DEPTH : 1;
  if (options.submodules === "false" || level >= deepest) return;
  for (const submodule of await listSubmodules(settings, process, { commit, url })) {
    const mirror = await mirrorSubmodule(settings, submodule, url, context);
    const below = { ...submodule, directory: mirror, prefix: `${prefix}${submodule.path}/` };
    yield* archiveWithHistory(settings, below, options, { mirrors, signal }, level + 1);
  }
}

async function mirrorSubmodule(
  settings: GitSettings,
  { path, url, commit }: Submodule,
  parentUrl: string | undefined,
  { mirrors, signal }: { mirrors: SubmoduleMirrors; signal: AbortSignal | undefined },
): Promise<string> {
  const name = createHash("sha256").update(url).digest("hex");
  const directory = join(mirrors.folder, `${name}.git`);
  const environment = gitEnvironment(settings, { directory });
  const isThere = async (): Promise<boolean> =>
    (await runGit(["cat-file", "-e", `${commit}^{commit}`], { environment, signal })).exitCode ===
    0;
  if (await isThere()) return directory;
  const host = parseCloneUrl(url)?.host;
  const trusted = parentUrl !== undefined && parseCloneUrl(parentUrl)?.host === host;
  try {
    await mirrors.fetch(directory, { url, trusted });
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    throw new SourceUnavailableError(`The submodule ${path} cannot be had. ${error.message}`);
  }
  if (await isThere()) return directory;
  throw new SourceUnavailableError(
    `The submodule ${path} is at commit ${commit.slice(0, 7)}, which no branch or tag of ${url} leads to. Push it there.`,
  );
}
