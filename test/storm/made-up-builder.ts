import { createHash } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type {
  Builder,
  BuildRequest,
  BuiltImage,
  ImageKey,
  LocalImage,
  NamedImage,
  ReadyImageRequest,
} from "../../src/core/builder.ts";
import { BuildFailedError } from "../../src/core/errors.ts";

const BUILD_MILLISECONDS = 20;

/** Images are files of a folder that outlives the servers, as a daemon's would. */
export class MadeUpBuilder implements Builder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async daemon(): Promise<string> {
    return "made up";
  }

  async imageKey({ buildArgs }: BuildRequest): Promise<ImageKey> {
    return { key: hashOf(buildArgs), parts: buildArgs };
  }

  async build(
    { buildArgs }: BuildRequest,
    log: (bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<BuiltImage> {
    await log(Buffer.from("building\n"));
    await sleep(BUILD_MILLISECONDS, undefined, { signal });
    if (buildArgs["FAIL"] !== undefined) throw new BuildFailedError("The storm said so.");
    const digest = hashOf(buildArgs);
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, digest), "");
    return { name: `image-${digest}`, digest, key: digest, parts: buildArgs };
  }

  async ready({ name }: ReadyImageRequest): Promise<NamedImage> {
    return { name, digest: hashOf(name) };
  }

  async push(): Promise<void> {}

  async exists(digest: string): Promise<boolean> {
    return stat(join(this.#folder, digest)).then(
      () => true,
      () => false,
    );
  }

  async remove(digest: string): Promise<boolean> {
    await rm(join(this.#folder, digest), { force: true });
    return true;
  }

  /** As if nothing were old enough to be looked at. */
  async images(): Promise<readonly LocalImage[]> {
    return [];
  }

  async cacheBytes(): Promise<number> {
    return 0;
  }

  async pruneCache(): Promise<number> {
    return 0;
  }
}

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex");
