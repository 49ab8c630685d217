import { SourceUnavailableError } from "../core/errors.ts";
import type { Ref } from "../core/repository.ts";
import { checkCloneUrl, parseCloneUrl } from "./clone-url.ts";
import { fetchFailure } from "./fetch-failure.ts";
import type { MirrorSource } from "./fetch-mirror.ts";
import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { resolveHost } from "./resolve-host.ts";
import { simpleGitIn } from "./simple-git-in.ts";

/** The branches and tags that a repository elsewhere has now; nothing is brought over. */
export async function listRemoteRefs(
  settings: GitSettings,
  directory: string,
  { url, trusted }: MirrorSource,
  signal?: AbortSignal,
): Promise<readonly Ref[]> {
  const reason = checkCloneUrl(url, settings);
  const parts = parseCloneUrl(url);
  if (reason !== undefined || parts === undefined) throw new SourceUnavailableError(reason);
  const configuration = await resolveHost(settings, parts, { privateToo: !trusted });
  const environment = gitEnvironment(settings, { directory, configuration, sshKeys: trusted });
  try {
    const git = simpleGitIn(settings, environment, signal);
    return readRefs(await git.raw("ls-remote", "--heads", "--tags", "--quiet", "--", url));
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Error ? fetchFailure(url, error) : error;
  }
}

/** A tag with a message is listed twice, the second time as the commit that it names: `refs/tags/v1^{}`. */
function readRefs(listing: string): readonly Ref[] {
  const refs = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const found = /^(?<commit>[0-9a-f]{40})\t(?<name>refs\/.+?)(?:\^\{\})?$/.exec(line)?.groups;
    if (found?.["name"] !== undefined) refs.set(found["name"], found["commit"] ?? "");
  }
  return [...refs].map(([name, commit]) => ({ name, commit }));
}
