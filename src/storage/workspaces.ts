import { chmod, lstat, rm } from "node:fs/promises";
import { join } from "node:path";

import { BadRequestError } from "../core/errors.ts";
import type { Workspace, Workspaces } from "../core/workspace.ts";
import { makeBucketFolder } from "./bucket-folder.ts";
import { codeOf } from "./caught.ts";
import { leadsThrough } from "./workspaces/leads-through.ts";
import { holdsForeign } from "./workspaces/ownership.ts";
import { takeIn } from "./workspaces/take-in.ts";

interface WorkspacesOptions {
  /** The folder of all buckets. */
  readonly buckets: string;
  /** The same folder as the Docker host names it, where it has another name there. */
  readonly hostBuckets?: string | undefined;
  /** Gives everything in a folder, named as the host does, to the server's user. Needed where that is not root. */
  readonly mendOwnership?: ((hostFolder: string) => Promise<void>) | undefined;
}

interface Owner {
  readonly id: string;
  readonly projectSlug: string;
}

/** Experiments work on the buckets' own folders, bind-mounted: nothing is copied in or out. */
export class FilesystemWorkspaces implements Workspaces {
  readonly #options: WorkspacesOptions;

  constructor(options: WorkspacesOptions) {
    this.#options = options;
  }

  async open({
    id,
    projectSlug,
    parentId,
    withShared = false,
  }: Parameters<Workspaces["open"]>[0]): Promise<Workspace> {
    const input = pathOf(projectSlug, "input");
    const cache = pathOf(projectSlug, "cache");
    const output = outputOf({ id, projectSlug });
    await makeBucketFolder(this.#here(input));
    await makeBucketFolder(this.#here(cache), 0o777);
    await makeBucketFolder(this.#here(output), 0o777);
    await this.#setMode(output, 0o777);
    const shared = withShared ? sharedOf({ id, projectSlug }) : undefined;
    if (shared !== undefined) await makeBucketFolder(this.#here(shared), 0o777);
    const parent = parentId === undefined ? undefined : outputOf({ id: parentId, projectSlug });
    return {
      input: this.#onHost(input),
      output: this.#onHost(output),
      cache: this.#onHost(cache),
      parentOutput: parent && (await this.#isThere(parent)) ? this.#onHost(parent) : undefined,
      shared: shared && this.#onHost(shared),
    };
  }

  async outputOf({
    experimentId: id,
    projectSlug,
    path,
  }: Parameters<Workspaces["outputOf"]>[0]): Promise<string | undefined> {
    const output = outputOf({ id, projectSlug });
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    if (names.includes("..") || !(await this.#isThere(output))) return undefined;
    if (!(await leadsThrough(this.#here(output), names))) return undefined;
    return this.#onHost(join(output, ...names));
  }

  async close(experiment: Owner): Promise<readonly string[]> {
    await this.#removeShared(sharedOf(experiment));
    const output = outputOf(experiment);
    if (!(await this.#isThere(output))) return [];
    if (!isRoot() && (await holdsForeign(this.#here(output)))) await this.#mend(output);
    await this.#setMode(output, 0o755);
    return takeIn(this.#here(output));
  }

  /** Only root can remove what another user's folder holds. */
  async #removeShared(path: string): Promise<void> {
    if (!(await this.#isThere(path))) return;
    if (!isRoot()) {
      if (await holdsForeign(this.#here(path))) await this.#mend(path);
      await takeIn(this.#here(path));
    }
    await rm(this.#here(path), { recursive: true, force: true });
  }

  /** An experiment that runs as root may have given the folder itself away. */
  async #setMode(path: string, mode: number): Promise<void> {
    try {
      const now = (await lstat(this.#here(path))).mode;
      if ((now & 0o777) !== mode) await chmod(this.#here(path), mode);
    } catch (error) {
      if (codeOf(error) !== "EPERM") throw error;
      await this.#mend(path);
      await chmod(this.#here(path), mode);
    }
  }

  async #mend(path: string): Promise<void> {
    const { mendOwnership } = this.#options;
    if (mendOwnership === undefined)
      throw new Error(
        `${this.#here(path)} holds files of other users than the server's, and nothing can give them to it. Start the server as root, or with a Docker that can.`,
      );
    await mendOwnership(this.#onHost(path));
  }

  async #isThere(path: string): Promise<boolean> {
    try {
      return (await lstat(this.#here(path))).isDirectory();
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    }
  }

  #here(path: string): string {
    return join(this.#options.buckets, path);
  }

  #onHost(path: string): string {
    return join(this.#options.hostBuckets ?? this.#options.buckets, path);
  }
}

/** As product.md has it: kept as output/<experiment id>/ in the output bucket, <slug>/output. */
const outputOf = ({ id, projectSlug }: Owner) => pathOf(projectSlug, "output", "output", id);

const sharedOf = ({ id, projectSlug }: Owner) => pathOf(projectSlug, "shared", id);

function pathOf(...names: readonly string[]): string {
  if (names.some((name) => name === "" || name === "." || name === ".." || /[/\0]/.test(name)))
    throw new BadRequestError(`${JSON.stringify(names.join(" "))} cannot name a folder.`);
  return join(...names);
}

const isRoot = () => process.geteuid?.() === 0;
