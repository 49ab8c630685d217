import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Logger } from "../../src/core/logger.ts";
import type { Project } from "../../src/core/project.ts";
import { createGitRemote, type GitRemoteOptions } from "../../src/git/remote.ts";
import { GitRepository } from "../../src/git/repository.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface RemoteServer {
  readonly repository: GitRepository;
  /** A clone URL with a valid token. */
  readonly url: (slug: string) => string;
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** The built-in remote on a port of the loopback interface; the token is "right". */
export async function startRemote(
  options: Pick<GitRemoteOptions, "folder" | "onPush"> & Partial<GitRemoteOptions>,
  projects: readonly Project[],
): Promise<RemoteServer> {
  const repository = new GitRepository({ folder: options.folder });
  const remote = createGitRemote({
    repository,
    log: silent,
    findProject: async (slug) => projects.find((project) => project.slug === slug),
    authenticate: async (authorization) => {
      const [, encoded = ""] = authorization?.split(" ") ?? [];
      const [user, token] = Buffer.from(encoded, "base64").toString().split(":");
      return token === "right" ? user : undefined;
    },
    isWilling: async () => {},
    ...options,
  });
  const server = createServer((request, response) => void remote(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has such an address
  const { port } = server.address() as AddressInfo;
  return {
    repository,
    origin: `http://127.0.0.1:${port}`,
    url: (slug) => `http://ada:right@127.0.0.1:${port}/git/${slug}.git`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
