import { networkInterfaces } from "node:os";

import type Dockerode from "dockerode";

import { ask } from "./ask.ts";

/**
 * The machine's own address on Docker's default bridge: containers of every network with a way out reach the machine by
 * it, and nobody outside the machine does. undefined where there is no default bridge.
 */
export async function gatewayAddress(docker: Dockerode): Promise<string | undefined> {
  const networks = await ask((abortSignal) => docker.listNetworks({ abortSignal }));
  const bridge = networks.find(({ Name, Driver }) => Name === "bridge" && Driver === "bridge");
  const told = bridge?.IPAM?.Config?.map(({ Gateway }) => Gateway).find((gateway) => gateway);
  return told ?? addressOfInterface(bridge?.Options?.["com.docker.network.bridge.name"]);
}

/** Docker 20.10 does not tell the gateway of its default bridge, only the interface that has it. */
function addressOfInterface(name: string | undefined): string | undefined {
  const addresses = name === undefined ? [] : (networkInterfaces()[name] ?? []);
  return addresses.find(({ family }) => family === "IPv4")?.address;
}
