import type Dockerode from "dockerode";

import { ask } from "./ask.ts";

/**
 * The machine's own address on Docker's default bridge: containers of every network with a way out reach the machine by
 * it, and nobody outside the machine does. undefined where there is no default bridge.
 */
export async function gatewayAddress(docker: Dockerode): Promise<string | undefined> {
  const networks = await ask((abortSignal) => docker.listNetworks({ abortSignal }));
  const bridge = networks.find(({ Name, Driver }) => Name === "bridge" && Driver === "bridge");
  const [config] = bridge?.IPAM?.Config ?? [];
  return config?.Gateway ?? firstAddress(config?.Subnet);
}

/** Docker 20.10 tells no gateway of its default bridge; it takes the first address. */
function firstAddress(subnet: string | undefined): string | undefined {
  return subnet?.replace(/(\d+)\/\d+$/, (_, last: string) => String(Number(last) + 1));
}
