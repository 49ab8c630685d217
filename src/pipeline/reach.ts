import type { Reach } from "../core/daemon.ts";

/** What this server reaches: the Docker daemons that it has met, and those whose work falls to it. */
export class ServerReach implements Reach {
  readonly #isAlone: boolean;
  readonly #met = new Set<string>();
  #adopted: readonly string[] = [];

  constructor({ isAlone }: { readonly isAlone: boolean }) {
    this.#isAlone = isAlone;
  }

  get daemons(): readonly string[] | undefined {
    return this.#isAlone ? undefined : [...new Set([...this.#met, ...this.#adopted])];
  }

  /** By its own eyes. */
  get met(): readonly string[] {
    return [...this.#met];
  }

  meet(id: string): boolean {
    if (this.#met.has(id)) return false;
    this.#met.add(id);
    return true;
  }

  /** These and no others. Answers those that are new. */
  adopt(ids: readonly string[]): readonly string[] {
    const before = this.#adopted;
    this.#adopted = ids;
    return ids.filter((id) => !before.includes(id) && !this.#met.has(id));
  }
}
