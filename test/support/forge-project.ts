import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ForgeKind } from "../../src/core/project.ts";
import type { Server } from "./call.ts";
import { createWorkingCopy, type WorkingCopy } from "./git.ts";

/** A repository lab/digits of this machine that its project takes for a forge's, with a working copy. */
export class ForgeProject {
  readonly slug: string;
  readonly webhookSecret: string;
  readonly copy: WorkingCopy;
  readonly #platform: Server;
  readonly #folder: string;

  private constructor(
    platform: Server,
    folder: string,
    copy: WorkingCopy,
    project: { readonly slug: string; readonly webhookSecret: string },
  ) {
    this.#platform = platform;
    this.#folder = folder;
    this.copy = copy;
    this.slug = project.slug;
    this.webhookSecret = project.webhookSecret;
  }

  static async create(
    platform: Server,
    name: string,
    forge: ForgeKind,
    files: Readonly<Record<string, string>>,
  ): Promise<ForgeProject> {
    const folder = await mkdtemp(join(tmpdir(), "assay-forge-"));
    const bare = join(folder, "lab", "digits.git");
    const copy = await createWorkingCopy(bare);
    await copy.git("init", "--quiet", "--bare", "--initial-branch=main", bare);
    await copy.commit("the beginning", files);
    await copy.push();
    const request = { name, forge, repository: `file://${bare}`, engine: "dummy" };
    const { status, body } = await platform.call("POST", "/api/v1/projects", request);
    if (status !== 201) throw new Error(`the project was not made: ${JSON.stringify(body)}`);
    return new ForgeProject(platform, folder, copy, body);
  }

  /** A commit on the forge and the experiment that somebody submits of it. */
  async submit(
    message: string,
    files: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly id: string; readonly commit: string }> {
    const commit = await this.copy.commit(message, files);
    await this.copy.push();
    const request = { project: this.slug, commit };
    const { status, body } = await this.#platform.call("POST", "/api/v1/experiments", request);
    if (status !== 201) throw new Error(`it was not submitted: ${JSON.stringify(body)}`);
    return { id: body.id, commit };
  }

  /** The address of something of the project in the API. */
  path(rest: string): string {
    return `/api/v1/projects/${this.slug}/${rest}`;
  }

  async remove(): Promise<void> {
    await this.copy.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
