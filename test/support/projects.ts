import type { Server } from "./call.ts";
import { createWorkingCopy, type WorkingCopy } from "./git.ts";

/** Projects of a test file: each with a working copy, all removed at its end. */
export class Projects {
  readonly #platform: Server;
  readonly #copies: WorkingCopy[] = [];

  constructor(platform: Server) {
    this.#platform = platform;
  }

  /** A project on the built-in remote and a working copy of it, with a first commit that starts nothing. */
  async create(
    name: string,
    files: Readonly<Record<string, string>>,
    settings: object = {},
  ): Promise<WorkingCopy> {
    const request = { name, forge: "builtin", settings };
    const { status, body } = await this.#platform.call("POST", "/api/v1/projects", request);
    if (status !== 201) throw new Error(`the project was not made: ${JSON.stringify(body)}`);
    const copy = await createWorkingCopy(body.gitUrl, this.#platform.token);
    this.#copies.push(copy);
    await copy.commit("the beginning", files);
    await copy.push();
    return copy;
  }

  async remove(): Promise<void> {
    for (const copy of this.#copies) await copy.remove();
  }
}
