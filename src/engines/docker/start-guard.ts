import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Docker's `start` on a container that has exited runs it again, and a server that slept between deciding and starting
 * would do that. So every container has a bind mount (by `Mounts`, which fails where the source is missing; `Binds`
 * would make it) whose source is removed once the start has been seen: a late second start answers 400 and changes
 * nothing, and a running container keeps the folder.
 */
export class StartGuard {
  readonly #folder: string;
  readonly #hostFolder: string;

  constructor(folder: string, hostFolder: string) {
    this.#folder = folder;
    this.#hostFolder = hostFolder;
  }

  /**
   * Made before the container is, and never again for the same container: a server that woke up late would open what
   * the start had closed. Answers the folder as Docker sees it.
   */
  async make(attemptId: string, replica: string): Promise<string> {
    await mkdir(this.#of(attemptId, replica), { recursive: true });
    return join(this.#hostFolder, attemptId, replica);
  }

  /** The start was seen: there is no other. Safe to repeat. */
  async close(attemptId: string, replica: string): Promise<void> {
    await rmdir(this.#of(attemptId, replica)).catch(unlessMissing);
  }

  async remove(attemptId: string): Promise<void> {
    await rm(join(this.#folder, attemptId), { recursive: true, force: true });
  }

  #of(attemptId: string, replica: string): string {
    return join(this.#folder, attemptId, replica);
  }
}

function unlessMissing(error: unknown): void {
  const isMissing =
    typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
  if (!isMissing) throw error;
}
