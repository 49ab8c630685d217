import { Readable } from "node:stream";

import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import type {
  Builder,
  BuildRequest,
  BuiltImage,
  ImageKey,
  LocalImage,
  NamedImage,
  ReadyImageRequest,
} from "../../core/builder.ts";
import { pullBase, renewBase } from "./base-images.ts";
import { cacheBytes, pruneCache } from "./build-cache.ts";
import { buildQuery } from "./build-query.ts";
import { packContext } from "./context-tar.ts";
import { Daemon } from "./daemon.ts";
import { send } from "./dial.ts";
import { toBuildError } from "./failure.ts";
import { findImage, listImages, removeImage } from "./images.ts";
import { type Prepared, prepareBuild } from "./prepare.ts";
import { BuildProgress } from "./progress.ts";
import { giveToRegistry } from "./push-image.ts";
import { readyImage } from "./ready-image.ts";
import { readResponse } from "./response.ts";
import { openSession } from "./session.ts";
import type { Transfer } from "./transfer.ts";

type Log = Parameters<Builder["build"]>[1];

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
    return (await prepareBuild(this.#daemon, request, signal)).image;
  }

  async build(request: BuildRequest, log: Log, signal: AbortSignal): Promise<BuiltImage> {
    try {
      const prepared = await this.#prepare(request, log, signal);
      for (const note of prepared.notes) await log(Buffer.from(`${note}\n`));
      return { ...(await this.#build(request, prepared, log, signal)), ...prepared.image };
    } catch (error) {
      // What an abort breaks off has errors of its own, of many kinds.
      signal.throwIfAborted();
      throw error;
    }
  }

  ready(request: ReadyImageRequest, log: Log, signal: AbortSignal): Promise<NamedImage> {
    return readyImage(this.#docker, request, log, signal);
  }

  push(digest: string, to: Transfer, log: Log, signal: AbortSignal): Promise<void> {
    return giveToRegistry(this.#docker, digest, to, log, signal);
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

  cacheBytes(signal?: AbortSignal): Promise<number> {
    return cacheBytes(this.#docker, signal);
  }

  pruneCache(keepBytes: number): Promise<number> {
    return pruneCache(this.#docker, keepBytes);
  }

  /** What it begins from is here before it is looked at for good: what enters the image depends on it. */
  async #prepare(request: BuildRequest, log: Log, signal: AbortSignal): Promise<Prepared> {
    const prepared = await prepareBuild(this.#daemon, request, signal);
    const { absent, published } = prepared;
    const { target, logins, fresh } = request;
    const newer = fresh ? published : [];
    if (absent.length + newer.length === 0) return prepared;
    const scene = { ...prepared, target };
    for (const name of absent) await pullBase(this.#docker, { name, logins }, scene, log, signal);
    for (const name of newer) await renewBase(this.#docker, { name, logins }, log, signal);
    for (const name of [...absent, ...newer]) this.#daemon.forget(name);
    return prepareBuild(this.#daemon, request, signal);
  }

  async #build(
    request: BuildRequest,
    prepared: Prepared,
    log: Log,
    signal: AbortSignal,
  ): Promise<NamedImage> {
    const { context, dockerfile, image, secrets } = prepared;
    const name = `assay/${request.projectId}:${image.key.slice(0, 12)}`;
    const answers = { secrets: secrets.values, logins: request.logins };
    const session = await openSession(this.#docker, answers, signal);
    const over = new AbortController();
    const untilOver = AbortSignal.any([signal, over.signal]);
    const tar = pack();
    const body = Readable.from(tar, { objectMode: false });
    const progress = new BuildProgress();
    const drive = async (): Promise<NamedImage> => {
      const build = { name, session: session.id, installation: this.#installation };
      const query = buildQuery(request, prepared, build);
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
}
