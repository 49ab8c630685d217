import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Dockerode from "dockerode";

import type { Logger } from "../../src/core/logger.ts";
import { DockerEngine, type DockerEngineOptions } from "../../src/engines/docker/engine.ts";
import { removeContainers } from "../support/containers.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Engines on this machine's Docker, of installations of the test's own. */
export class DockerEngines {
  readonly docker = new Dockerode();
  readonly installation = randomUUID();
  readonly folder: string;
  readonly #engines: DockerEngine[] = [];
  readonly #installations = new Set<string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<DockerEngines> {
    return new DockerEngines(await mkdtemp(join(tmpdir(), "assay-docker-engine-")));
  }

  engine(options: Partial<DockerEngineOptions> = {}): DockerEngine {
    const engine = new DockerEngine({
      name: "docker",
      docker: this.docker,
      installation: this.installation,
      subnets: "10.247.0.0/16",
      startFolder: join(this.folder, "starts"),
      log: silent,
      ...options,
    });
    this.#engines.push(engine);
    this.#installations.add(options.installation ?? this.installation);
    return engine;
  }

  /** Leaves nothing behind, whatever the tests did. */
  async close(): Promise<void> {
    for (const engine of this.#engines) await engine.close();
    for (const installation of this.#installations) {
      const filters = { label: [`assay.installation=${installation}`] };
      await removeContainers(this.docker, filters);
      await removeContainers(this.docker, { label: [`assay.pause-of=${installation}`] });
      for (const { Id } of await this.docker.listNetworks({ filters }))
        await this.docker.getNetwork(Id).remove();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
