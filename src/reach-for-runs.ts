import type Dockerode from "dockerode";

import { listen } from "./api/listen.ts";
import { createRunApi } from "./api/run-api.ts";
import { EngineUnreachableError } from "./core/errors.ts";
import type { Ports } from "./core/ports.ts";
import { gatewayAddress } from "./engines/docker/gateway-address.ts";
import { isEveryAddress, isLoopback, urlOf } from "./server-address.ts";

export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
}

export interface ReachForRuns {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const nothingOfItsOwn = async (): Promise<void> => undefined;

/**
 * The API as containers reach it: for them, localhost is themselves. Where the server listens on loopback only, they get
 * a listener of their own on the Docker network's gateway, with the run routes alone. undefined where no way was found;
 * throws EngineUnreachableError where Docker has to be asked and does not answer.
 */
export async function openReachForRuns(
  ports: Ports,
  docker: Dockerode,
  { host, port, publicUrl }: Listening,
): Promise<ReachForRuns | undefined> {
  const isPublic = !isLoopback(new URL(publicUrl).hostname);
  if (!isLoopback(host) && isPublic) return { url: publicUrl, close: nothingOfItsOwn };
  if (!isLoopback(host) && !isEveryAddress(host))
    return { url: urlOf(host, port), close: nothingOfItsOwn };
  try {
    const address = await gatewayAddress(docker);
    if (address === undefined) throw new Error("Docker has no default bridge");
    if (isEveryAddress(host)) return { url: urlOf(address, port), close: nothingOfItsOwn };
    const app = createRunApi(ports);
    const listener = await listen(app, address, port).catch(() => listen(app, address, 0));
    return { url: urlOf(address, listener.port), close: listener.close };
  } catch (error) {
    if (error instanceof EngineUnreachableError) throw error;
    ports.log.warn({ error }, "containers cannot reach the API here until RUN_URL is set");
    return undefined;
  }
}
