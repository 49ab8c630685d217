import type Dockerode from "dockerode";

import { ask } from "./ask.ts";

/**
 * The machine's own address on Docker's default bridge: containers of every network with a way out reach the machine by
 * it, and nobody outside the machine does. undefined where there is no default bridge.
 */
export async function gatewayAddress(docker: Dockerode): Promise<string | undefined> {
  const networks = await ask((abortSignal) => docker.listNetworks({ abortSignal }));
  const bridge = networks.find(({ Name, Driver }) => Name === "bridge" && Driver === "bridge");
  return bridge?.IPAM?.Config?.map(({ Gateway }) => Gateway).find((gateway) => gateway);
}
