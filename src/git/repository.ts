import { rm } from "node:fs/promises";
import { join } from "node:path";

import { SourceUnavailableError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import type {
  ArchiveOptions,
  ChangedFile,
  Commit,
  FileRead,
  Ref,
  Repository,
} from "../core/repository.ts";
import { archiveTree } from "./archive-tree.ts";
import { archiveWithHistory } from "./archive-with-history.ts";
import { prepareBareRepository } from "./bare-repository.ts";
import { listChangedFiles } from "./changed-files.ts";
import { findCommit, isCommitId, listNewCommits } from "./commits.ts";
import { fetchMirror, type MirrorSource } from "./fetch-mirror.ts";
import { gitDirectory } from "./git-directory.ts";
import { type GitSettings, gitEnvironment } from "./git-environment.ts";
import { KnownObjects } from "./known-objects.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { readFileAt } from "./read-file.ts";
import { isReachableFromRefs, listRefs, refCommit } from "./refs.ts";
import { listRemoteRefs } from "./remote-refs.ts";
import { END_OF_TAR } from "./tar-entries.ts";

/** One bare repository per project, `<folder>/<slug>.git`: Assay's own, or a mirror of the forge's. */
export class GitRepository implements Repository {
  readonly #settings: GitSettings;
  readonly #writers = new OneAtATime();
  readonly #known = new KnownObjects();

  constructor(settings: GitSettings) {
    this.#settings = settings;
  }

  async prepare(project: Project): Promise<void> {
    await prepareBareRepository(this.#settings, this.#directory(project));
  }

  async fetch(project: Project, signal?: AbortSignal): Promise<void> {
    if (project.forge === "builtin") return;
    await this.#fetchInto(this.#directory(project), sourceOf(project), signal);
  }

  async remoteRefs(project: Project, signal?: AbortSignal): Promise<readonly Ref[]> {
    if (project.forge === "builtin") return this.refs(project);
    return listRemoteRefs(this.#settings, this.#directory(project), sourceOf(project), signal);
  }

  refs(project: Project): Promise<readonly Ref[]> {
    return listRefs(this.#settings, this.#directory(project));
  }

  async commit(project: Project, id: string): Promise<Commit | undefined> {
    const known = this.#known.commit(project, id);
    if (known !== undefined) return known;
    const found = await findCommit(this.#process(project), id);
    if (found !== undefined) this.#known.add(project, [found]);
    return found;
  }

  branchHead(project: Project, branch: string): Promise<string | undefined> {
    return refCommit(this.#process(project), `refs/heads/${branch}`);
  }

  isReachable(project: Project, commit: string): Promise<boolean> {
    return isReachableFromRefs(this.#process(project), commit);
  }

  async newCommits(
    project: Project,
    after: string,
    seen: readonly string[],
    limit: number,
  ): Promise<readonly Commit[]> {
    const found = await listNewCommits(this.#process(project), { after, seen, limit });
    this.#known.add(project, found);
    return found;
  }

  readFile(project: Project, commit: string, path: string, limitBytes: number): Promise<FileRead> {
    const file = { commit, path, limitBytes };
    return this.#known.file(project, JSON.stringify(file), () =>
      readFileAt(this.#process(project), file),
    );
  }

  changedFiles(
    project: Project,
    commits: { readonly from: string; readonly to: string },
    limit: number,
  ): Promise<readonly ChangedFile[] | undefined> {
    return listChangedFiles(this.#process(project), commits, limit);
  }

  async *archive(
    project: Project,
    commit: string,
    options: ArchiveOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    if (!isCommitId(commit))
      throw new SourceUnavailableError(`${JSON.stringify(commit)} is no commit id.`);
    if (options.includeDotGit) {
      const directory = this.#directory(project);
      const repository = { directory, commit, prefix: "", url: project.repository };
      const mirrors = {
        folder: this.#submodules(project),
        fetch: (mirror: string, source: { url: string; trusted: boolean }) =>
          this.#fetchInto(mirror, source, signal),
      };
      yield* archiveWithHistory(this.#settings, repository, options, { mirrors, signal });
    } else {
      yield* archiveTree({ ...this.#process(project), signal }, { commit, prefix: "" });
    }
    yield END_OF_TAR;
  }

  async remove(project: Pick<Project, "slug">): Promise<void> {
    const directory = this.#directory(project);
    await this.#writers.run(directory, async () => {
      await rm(directory, { recursive: true, force: true });
      await rm(this.#submodules(project), { recursive: true, force: true });
    });
  }

  #directory(project: Pick<Project, "slug">): string {
    return gitDirectory(this.#settings, project);
  }

  #submodules(project: Pick<Project, "slug">): string {
    return join(this.#settings.folder, ".submodules", project.slug);
  }

  #process(project: Project): { environment: ReturnType<typeof gitEnvironment> } {
    return {
      environment: gitEnvironment(this.#settings, { directory: this.#directory(project) }),
    };
  }

  #fetchInto(
    directory: string,
    source: { readonly url: string; readonly trusted: boolean },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.#writers.run(directory, () =>
      fetchMirror(this.#settings, directory, source, signal),
    );
  }
}

function sourceOf({ slug, repository }: Project): MirrorSource {
  if (repository === undefined)
    throw new SourceUnavailableError(`The project ${slug} has no clone URL.`);
  return { url: repository, trusted: true };
}
