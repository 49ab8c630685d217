import type Dockerode from "dockerode";

import { isLoopback } from "./server-address.ts";

/** DOCKER_HOST as dockerode wants it. */
export function dockerOptions(dockerHost: string): Dockerode.DockerOptions {
  const url = new URL(dockerHost);
  if (url.protocol === "unix:") return { socketPath: url.pathname };
  return { host: url.hostname, port: url.port, protocol: "http" };
}

/** Whether its disk is one that this server can look at. */
export function isThisMachine(dockerHost: string): boolean {
  const { protocol, hostname } = new URL(dockerHost);
  return protocol === "unix:" || isLoopback(hostname);
}
