import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import type {
  Builder,
  BuildRequest,
  BuiltImage,
  ImageKey,
  LocalImage,
} from "../../core/builder.ts";
import { packContext } from "./context-tar.ts";
import { type BuildContext, readContext } from "./context.ts";
import { Daemon } from "./daemon.ts";
import { ask, send } from "./dial.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";
import { toBuildError } from "./failure.ts";
import { toImageKey } from "./image-key.ts";
import { findImage, listImages, removeImage } from "./images.ts";
import { BuildProgress } from "./progress.ts";
import { readResponse } from "./response.ts";
import { openSession } from "./session.ts";

type Log = Parameters<Builder["build"]>[1];

/** What is known of a request once its source was read. */
interface Prepared {
  readonly context: BuildContext;
  readonly dockerfile: Dockerfile;
  readonly image: ImageKey;
}

/** Builds with the Engine's BuildKit through its HTTP API alone: no docker command, no buildx. From 20.10 on. */
export class DockerBuilder implements Builder {
  readonly #docker: Dockerode;
  readonly #installation: string;
  readonly #daemon: Daemon;

  /** `installation` tells whose images they are where several share an Engine. */
  constructor({
    docker,
    installation,
  }: {
    readonly docker: Dockerode;
    readonly installation: string;
  }) {
    this.#docker = docker;
    this.#installation = installation;
    this.#daemon = new Daemon(docker);
  }

  async daemon(signal?: AbortSignal): Promise<string> {
    return this.#daemon.id(signal);
  }

  async imageKey(request: BuildRequest, signal?: AbortSignal): Promise<ImageKey> {
    return (await this.#prepare(request, signal)).image;
  }

  async build(request: BuildRequest, log: Log, signal: AbortSignal): Promise<BuiltImage> {
    const prepared = await this.#prepare(request, signal);
    for (const note of prepared.context.notes) await log(Buffer.from(`${note}\n`));
    try {
      return await this.#build(request, prepared, log, signal);
    } catch (error) {
      // What an abort breaks off has errors of its own, of many kinds.
      signal.throwIfAborted();
      throw error;
    }
  }

  async exists(digest: string): Promise<boolean> {
    return (await findImage(this.#docker, digest)) !== undefined;
  }

  async remove(digest: string): Promise<boolean> {
    return removeImage(this.#docker, digest, this.#installation);
  }

  async images(signal?: AbortSignal): Promise<readonly LocalImage[]> {
    return listImages(this.#docker, this.#installation, signal);
  }

  async cacheBytes(signal?: AbortSignal): Promise<number> {
    // Engines before 23.0 do not know the type, and tell of everything.
    const query = { type: "build-cache" };
    const answer = await ask(this.#docker, {
      method: "GET",
      path: "/system/df",
      query,
      signal,
      takesLong: true,
    });
    const { BuildCache: entries } = Object(answer);
    if (!Array.isArray(entries)) return 0;
    return entries.reduce((bytes: number, { Size: size, Shared: isShared }) => {
      return isShared === true || typeof size !== "number" ? bytes : bytes + size;
    }, 0);
  }

  async pruneCache(keepBytes: number): Promise<number> {
    // Not dockerode's pruneBuilder, which drops its options.
    const query = { all: "true", "keep-storage": String(keepBytes) };
    const answer = await ask(this.#docker, {
      method: "POST",
      path: "/build/prune",
      query,
      takesLong: true,
    });
    const { SpaceReclaimed: freed } = Object(answer);
    return typeof freed === "number" ? freed : 0;
  }

  async #prepare(request: BuildRequest, signal?: AbortSignal): Promise<Prepared> {
    const [context, platform] = await Promise.all([
      readContext(request, signal),
      this.#daemon.platform(),
    ]);
    const { buildArgs } = request;
    const text = context.dockerfile.bytes.toString("utf8");
    const dockerfile = parseDockerfile(text, { buildArgs, platform });
    const ids = dockerfile.images.map(
      async ({ name }) => [name, await this.#daemon.imageId(name)] as const,
    );
    const imageIds = new Map(await Promise.all(ids));
    return { context, dockerfile, image: toImageKey(request, context, { platform, imageIds }) };
  }

  async #build(
    request: BuildRequest,
    { context, dockerfile, image }: Prepared,
    log: Log,
    signal: AbortSignal,
  ): Promise<BuiltImage> {
    const name = `assay/${request.projectId}:${image.key.slice(0, 12)}`;
    const session = await openSession(this.#docker, request.secrets, signal);
    const over = new AbortController();
    const untilOver = AbortSignal.any([signal, over.signal]);
    const tar = pack();
    const body = Readable.from(tar, { objectMode: false });
    const progress = new BuildProgress();
    const drive = async (): Promise<BuiltImage> => {
      const query = this.#query(request, { name, context, key: image.key, session: session.id });
      const call = { method: "POST", path: "/build", query, body, signal: untilOver } as const;
      const result = await readResponse(await send(this.#docker, call), progress, log);
      if (result.kind === "built") return { name, digest: result.digest };
      const { target } = request;
      throw toBuildError(result.message, { context, dockerfile, target, step: progress.failed });
    };
    try {
      const sent = packContext(request.source, context, tar, untilOver);
      // The Engine may answer before it has read everything; the rest is then not sent.
      const [built] = await Promise.all([drive(), sent]);
      return built;
    } finally {
      over.abort();
      body.destroy();
      session.close();
    }
  }

  #query(
    request: BuildRequest,
    build: {
      readonly name: string;
      readonly context: BuildContext;
      readonly key: string;
      readonly session: string;
    },
  ): Record<string, string> {
    const { projectId, experimentId, target, buildArgs, fresh } = request;
    const labels = {
      "assay.installation": this.#installation,
      "assay.project": projectId,
      "assay.experiment": experimentId,
      "assay.image-key": build.key,
    };
    return {
      version: "2",
      session: build.session,
      t: build.name,
      dockerfile: build.context.dockerfile.name,
      labels: JSON.stringify(labels),
      // Keeps `RUN --mount=type=cache` apart too: else one project could put files into another's build.
      buildargs: JSON.stringify({ ...buildArgs, BUILDKIT_CACHE_MOUNT_NS: projectId }),
      extrahosts: `${cacheSalt(request)}:127.0.0.1`,
      ...(target !== undefined && { target }),
      ...(fresh && { nocache: "1" }),
    };
  }
}

/**
 * A host name of our own, which BuildKit counts among the inputs of every RUN and leaves out of the image. BuildKit's
 * cache does not look at secrets, and gives equal steps that run at once one execution; so without it a project could
 * get what was made with the secrets of another, or with those of yesterday. Always there: a project's steps are its own.
 */
function cacheSalt({ projectId, secrets, secretsVersion }: BuildRequest): string {
  const names = Object.keys(secrets).toSorted();
  const salt = names.length === 0 ? [projectId] : [projectId, secretsVersion, ...names];
  return `assay-${createHash("sha256").update(JSON.stringify(salt)).digest("hex").slice(0, 16)}`;
}
