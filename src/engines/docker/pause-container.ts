import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import { ask, askUnless } from "./ask.ts";
import { LABEL } from "./labels.ts";

/** Where a pause container stands: the run that takes it has this network and this name of its own. */
export interface Place {
  readonly network: { readonly id: string; readonly name: string };
  readonly hostname: string;
}

/** Waits for a word on its input, and then for ever; without the word it ends with its input. */
const WAIT = "read -r word && echo kept && exec busybox sleep 2147483647";
const PAUSE_NAME = "assay-pause-";
const KEPT_WITHIN_MILLISECONDS = 2000;

/**
 * A container that does nothing but hold a network namespace, which another one joins: that one starts in 76 ms instead
 * of 245. Until it is taken its input is held by this server, so that it ends and is removed when the server ends, in
 * whatever way. From then on it belongs to the container that names it.
 */
export class PauseContainer {
  readonly id: string;
  readonly #docker: Dockerode;
  readonly #line: Socket;

  private constructor(docker: Dockerode, id: string, line: Socket) {
    this.#docker = docker;
    this.id = id;
    this.#line = line;
  }

  static async start(
    docker: Dockerode,
    { image, installation, place }: { image: string; installation: string; place: Place },
  ): Promise<PauseContainer> {
    const options = pauseOptions(image, installation, place);
    const container = await ask((abortSignal) =>
      docker.createContainer({ ...options, abortSignal }),
    );
    try {
      const line = await ask((abortSignal) =>
        container.attach({ stream: true, stdin: true, stdout: true, hijack: true, abortSignal }),
      );
      if (!(line instanceof Socket))
        throw new TypeError("dockerode attached without a connection.");
      // It holds neither the server's end nor a test's.
      line.on("error", () => {}).unref();
      await ask((abortSignal) => container.start({ abortSignal }));
      return new PauseContainer(docker, container.id, line);
    } catch (error) {
      await removePause(docker, container.id);
      throw error;
    }
  }

  /** Whether it still waits here. */
  get isThere(): boolean {
    return !this.#line.destroyed && this.#line.readable;
  }

  /** From now on it lives as long as it is not removed. Answers whether it does. */
  async keep(): Promise<boolean> {
    const over = new AbortController();
    const kept = this.#readWord();
    this.#line.ref().write("keep\n");
    const late = setTimeout(KEPT_WITHIN_MILLISECONDS, false, { signal: over.signal });
    try {
      return await Promise.race([kept, late]);
    } finally {
      over.abort();
      await late.catch(() => false);
      this.#line.destroy();
    }
  }

  async remove(): Promise<void> {
    this.#line.destroy();
    await removePause(this.#docker, this.id);
  }

  async #readWord(): Promise<boolean> {
    let said = "";
    try {
      for await (const chunk of this.#line) {
        said += String(chunk);
        if (said.includes("kept\n")) return true;
      }
    } catch {
      // It broke, and the container ends.
    }
    return false;
  }
}

/** 409: it ends by itself at this moment. */
export function removePause(docker: Dockerode, id: string): Promise<void> {
  return askUnless([404, 409], (abortSignal) =>
    docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
  );
}

function pauseOptions(
  Image: string,
  installation: string,
  { network, hostname }: Place,
): Dockerode.ContainerCreateOptions {
  return {
    name: `${PAUSE_NAME}${randomUUID()}`,
    Image,
    Entrypoint: ["/bin/sh", "-c"],
    Cmd: [WAIT],
    User: "65534:65534",
    Hostname: hostname,
    Labels: { [LABEL.pauseOf]: installation, [LABEL.network]: network.name },
    AttachStdin: true,
    AttachStdout: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: network.id,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      PidsLimit: 8,
      Memory: 8 * 2 ** 20,
      MemorySwap: 8 * 2 ** 20,
      LogConfig: { Type: "none", Config: {} },
    },
    NetworkingConfig: { EndpointsConfig: { [network.id]: {} } },
  };
}
