import type { Project } from "../../src/core/project.ts";
import type { Commit, FileRead, Ref, Repository } from "../../src/core/repository.ts";
import { commitOf, indexOf, pushedBefore, scriptOf } from "./script.ts";

/** git as the storm's scripts tell it, so that a thousand experiments cost no thousand processes. */
export class MadeUpRepository implements Repository {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  async prepare(): Promise<void> {}

  async fetch(): Promise<void> {}
  async remoteRefs(): Promise<readonly Ref[]> {
    return [];
  }

  async refs(): Promise<readonly Ref[]> {
    return [];
  }

  async commit(_project: Project, id: string): Promise<Commit | undefined> {
    const index = indexOf(id);
    if (index === undefined) return undefined;
    return {
      id,
      message: messageOf(index),
      author: { name: "Ada", email: "ada@example.org" },
      committedAt: "2026-01-01T00:00:00Z",
    };
  }

  async branchHead(): Promise<string | undefined> {
    return commitOf(0);
  }

  async isReachable(): Promise<boolean> {
    return true;
  }

  async newCommits(
    project: Project,
    after: string,
    seen: readonly string[],
    limit: number,
  ): Promise<readonly Commit[]> {
    const commits: Commit[] = [];
    const known = new Set(seen);
    for (let index = indexOf(after); index !== undefined; index = pushedBefore(index)) {
      const id = commitOf(index);
      const commit = known.has(id) ? undefined : await this.commit(project, id);
      if (commit === undefined || commits.length === limit) break;
      commits.unshift(commit);
    }
    return commits;
  }

  async readFile(_project: Project, commit: string, path: string): Promise<FileRead> {
    const index = indexOf(commit);
    const text = index === undefined ? undefined : scriptOf(this.#seed, index).manifest;
    if (text === undefined || path !== "manifest.yaml") return { kind: "missing" };
    return { kind: "file", bytes: Buffer.from(text) };
  }

  async changedFiles(): Promise<undefined> {
    return undefined;
  }

  async *archive(_project: Project, commit: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(commit);
  }

  async remove(): Promise<void> {}
}

export const messageOf = (index: number): string => `exp: storm-${index}`;
