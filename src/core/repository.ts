import type { Author } from "./experiment.ts";
import type { Project } from "./project.ts";

export interface Ref {
  /** In full: refs/heads/main. */
  readonly name: string;
  readonly commit: string;
}

export interface Commit {
  /** 40 hex digits. */
  readonly id: string;
  readonly message: string;
  readonly author: Author;
  /** RFC 3339. */
  readonly committedAt: string;
}

export type FileRead =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "missing" }
  /** A link, a folder, a submodule, or larger than the limit; the reason is a sentence without any content. */
  | { readonly kind: "refused"; readonly reason: string };

/** A file that differs between two commits. */
export interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "deleted" | "modified";
  /** undefined of files that are no text. */
  readonly linesAdded: number | undefined;
  readonly linesDeleted: number | undefined;
}

export interface ArchiveOptions {
  readonly depth: number;
  readonly includeDotGit: boolean;
  readonly submodules: "false" | "true" | "recursive";
}

/** A project's git repository: Assay's own for the built-in remote, else a bare mirror of the forge's. */
export interface Repository {
  /** Makes the bare repository where it is missing. Safe to repeat. */
  prepare(project: Project): Promise<void>;
  /** Brings a mirror up to date; nothing to do for the built-in remote. Throws SourceUnavailableError with a sentence. */
  fetch(project: Project, signal?: AbortSignal): Promise<void>;
  refs(project: Project): Promise<readonly Ref[]>;
  /** What the forge has now, without fetching it. Throws SourceUnavailableError with a sentence. */
  remoteRefs(project: Project, signal?: AbortSignal): Promise<readonly Ref[]>;
  commit(project: Project, id: string): Promise<Commit | undefined>;
  /** The commit of a branch, or undefined. */
  branchHead(project: Project, branch: string): Promise<string | undefined>;
  /** Whether a branch or tag of the repository leads to it. */
  isReachable(project: Project, commit: string): Promise<boolean>;
  /** Commits reachable from `after` and from none of `seen`, oldest first, at most the newest `limit`. Unknown commits in `seen` are left out. */
  newCommits(
    project: Project,
    after: string,
    seen: readonly string[],
    limit: number,
  ): Promise<readonly Commit[]>;
  readFile(project: Project, commit: string, path: string, limitBytes: number): Promise<FileRead>;
  /** By path, at most `limit`; undefined where it does not know one of the commits. */
  changedFiles(
    project: Project,
    commits: { readonly from: string; readonly to: string },
    limit: number,
  ): Promise<readonly ChangedFile[] | undefined>;
  /** A plain tar; the same commit gives the same bytes. The user's fault (an LFS file or submodule that cannot be had) throws SourceUnavailableError. */
  archive(
    project: Project,
    commit: string,
    options: ArchiveOptions,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** Removes the repository for good; safe to repeat. */
  remove(project: Pick<Project, "slug">): Promise<void>;
}
