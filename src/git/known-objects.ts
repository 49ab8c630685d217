import { LRUCache } from "lru-cache";

import type { Project } from "../core/project.ts";
import type { Commit, FileRead } from "../core/repository.ts";

const KEPT_COMMITS = 2000;
const KEPT_FILE_BYTES = 16 * 2 ** 20;
/** Long enough for a push and the first steps of its experiments. A repository may be removed under a server. */
const KEPT_MS = 60_000;
/** What an entry takes beside its bytes. */
const ENTRY_BYTES = 200;

type Where = Pick<Project, "id">;

/**
 * What was read of commits lately. It never changes, and one push is asked for the same three times: by its report, in
 * Waiting and in Cloning. Each read is a git process, of 5 to 7 ms. Only what was found is remembered.
 */
export class KnownObjects {
  readonly #commits = new LRUCache<string, Commit>({ max: KEPT_COMMITS, ttl: KEPT_MS });
  readonly #files = new LRUCache<string, FileRead, () => Promise<FileRead>>({
    maxSize: KEPT_FILE_BYTES,
    sizeCalculation: (read) => ENTRY_BYTES + (read.kind === "file" ? read.bytes.length : 0),
    ttl: KEPT_MS,
    async fetchMethod(_key, _stale, { context: read }) {
      const found = await read();
      return found.kind === "missing" ? undefined : found;
    },
  });

  commit({ id }: Where, commit: string): Commit | undefined {
    return this.#commits.get(`${id} ${commit}`);
  }

  add({ id }: Where, commits: readonly Commit[]): void {
    for (const commit of commits) this.#commits.set(`${id} ${commit.id}`, commit);
  }

  /** What is known of the file, or being read by another; else `read` it. */
  async file({ id }: Where, file: string, read: () => Promise<FileRead>): Promise<FileRead> {
    return (await this.#files.fetch(`${id} ${file}`, { context: read })) ?? { kind: "missing" };
  }
}
