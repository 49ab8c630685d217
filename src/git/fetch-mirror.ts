import { setTimeout } from "node:timers/promises";

import { SourceUnavailableError } from "../core/errors.ts";
import { prepareBareRepository } from "./bare-repository.ts";
import { checkCloneUrl, parseCloneUrl } from "./clone-url.ts";
import { fetchFailure } from "./fetch-failure.ts";
import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { resolveHost } from "./resolve-host.ts";
import { simpleGitIn } from "./simple-git-in.ts";
import { removeStaleLock } from "./stale-lock.ts";

export interface MirrorSource {
  readonly url: string;
  /** Whether an administrator chose it: then it may be in the private network and the server's SSH keys are offered. */
  readonly trusted: boolean;
}

/** Another server may be writing the same mirror: git's own locks keep the two apart, and the loser tries again. */
const TRIES = 5;
const LOCKED = /cannot lock ref|unable to create .*\.lock|unable to (?:write|update) .*ref/i;

/** All branches and tags with their whole history; what is gone there is gone here. One call at a time per directory. */
export async function fetchMirror(
  settings: GitSettings,
  directory: string,
  { url, trusted }: MirrorSource,
  signal?: AbortSignal,
): Promise<void> {
  const reason = checkCloneUrl(url, settings);
  const parts = parseCloneUrl(url);
  if (reason !== undefined || parts === undefined) throw new SourceUnavailableError(reason);
  signal?.throwIfAborted();
  await prepareBareRepository(settings, directory);
  const configuration = await resolveHost(settings, parts, { privateToo: !trusted });
  const environment = gitEnvironment(settings, { directory, configuration, sshKeys: trusted });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const git = simpleGitIn(settings, environment, signal);
      await git.raw(
        "fetch",
        "--prune",
        "--no-tags",
        "--no-auto-gc",
        "--no-write-fetch-head",
        "--quiet",
        "--",
        url,
        "+refs/heads/*:refs/heads/*",
        "+refs/tags/*:refs/tags/*",
      );
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      if (attempt === TRIES || !LOCKED.test(error.message)) throw fetchFailure(url, error);
      await removeStaleLock(directory, error.message);
      await setTimeout(100 * attempt * (0.5 + Math.random()), undefined, { signal });
    }
  }
}
