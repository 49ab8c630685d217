import type Dockerode from "dockerode";

import type { Workload } from "../../core/engine.ts";
import { EngineFullError } from "../../core/errors.ts";
import { ask, askUnless } from "./ask.ts";
import { messageOf, statusOf } from "./errors.ts";
import { LABEL, labelled } from "./labels.ts";
import { findFree, formatSubnet, parseSubnet, prefixFor, type Subnet } from "./subnets.ts";

export interface NetworksOptions {
  readonly docker: Dockerode;
  readonly installation: string;
  /** CIDR: every network takes its subnet from here. */
  readonly subnets: string;
}

/** Where there is no room for another, networks that no container names are taken back after so long, whoever left them. */
const IDLE_AFTER_SECONDS = 600;

/**
 * The networks of workloads. Docker's default address pools end after about 31 networks, so subnets come from a pool of
 * our own. A run of one replica joins its project's network, whose containers cannot talk to each other; a group has
 * its own.
 */
export class Networks {
  readonly #docker: Dockerode;
  readonly #installation: string;
  readonly #pool: Subnet;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ docker, installation, subnets }: NetworksOptions) {
    const pool = parseSubnet(subnets);
    if (pool === undefined)
      throw new Error(
        `ASSAY_DOCKER_SUBNETS is "${subnets}", which is no IPv4 range. Write it like 10.213.0.0/16.`,
      );
    this.#docker = docker;
    this.#installation = installation;
    this.#pool = pool;
  }

  /** Finds or makes the workload's network. Throws EngineFullError where no subnet is left. */
  async ensure(workload: Workload, signal?: AbortSignal): Promise<{ id: string; name: string }> {
    const wish = wishOf(workload);
    // One at a time, so that runs that begin together do not reach for the same subnet.
    const mine = this.#turn.then(() => this.#findOrCreate(wish, signal));
    this.#turn = mine.catch(() => {});
    return { id: await mine, name: wish.name };
  }

  /** Removes the network of a group; a project's stays for its next run. Safe to repeat. */
  async removeGroup(attemptId: string): Promise<void> {
    const networks = named(await this.#list(), groupName(attemptId));
    await Promise.all(networks.map(({ Id }) => this.#remove(Id)));
  }

  async exists(id: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#list(signal)).some(({ Id }) => Id === id);
  }

  /** Those of this installation that nothing uses now. A preparation that is under way notices, and makes its own again. */
  async removeUnused(signal?: AbortSignal): Promise<void> {
    const isOurs = ({ Labels }: Dockerode.NetworkInspectInfo): boolean =>
      Labels?.[LABEL.installation] === this.#installation;
    await this.#removeWhere(isOurs, signal);
  }

  async #findOrCreate(wish: Wish, signal?: AbortSignal): Promise<string> {
    const refused: Subnet[] = [];
    for (;;) {
      const [found] = named(await this.#list(signal), wish.name);
      if (found !== undefined) return found.Id;
      const subnet = await this.#freeSubnet(wish.prefix, refused, signal);
      try {
        return await this.#create(wish, subnet, signal);
      } catch (error) {
        // Another server was faster with the name (look again), or something else has the addresses (take others).
        const isSubnetTaken = messageOf(error).includes("overlaps");
        if (isSubnetTaken) refused.push(subnet);
        else if (statusOf(error) !== 409) throw error;
      }
    }
  }

  async #create(wish: Wish, subnet: Subnet, signal?: AbortSignal): Promise<string> {
    const { id } = await ask(
      (abortSignal) =>
        this.#docker.createNetwork({
          Name: wish.name,
          CheckDuplicate: true,
          Driver: "bridge",
          Internal: wish.internal,
          IPAM: { Config: [{ Subnet: formatSubnet(subnet) }] },
          Options: { "com.docker.network.bridge.enable_icc": String(wish.isGroup) },
          Labels: { [LABEL.installation]: this.#installation },
          abortSignal,
        }),
      signal,
    );
    // Docker's check for duplicates is not atomic: of two servers that were equally fast, one gives way.
    const [chosen] = named(await this.#list(signal), wish.name);
    if (chosen === undefined || chosen.Id === id) return id;
    await this.#remove(id);
    return chosen.Id;
  }

  async #freeSubnet(
    prefix: number,
    refused: readonly Subnet[],
    signal?: AbortSignal,
  ): Promise<Subnet> {
    const find = async (): Promise<Subnet | undefined> =>
      findFree(this.#pool, prefix, [...(await this.#takenSubnets(signal)), ...refused]);
    const free = (await find()) ?? ((await this.#removeIdle(signal)) ? await find() : undefined);
    if (free !== undefined) return free;
    throw new EngineFullError(
      `No /${prefix} subnet is free in ${formatSubnet(this.#pool)}. Runs that end give theirs back; ASSAY_DOCKER_SUBNETS can name a larger range.`,
    );
  }

  async #takenSubnets(signal?: AbortSignal): Promise<readonly Subnet[]> {
    const all = await ask((abortSignal) => this.#docker.listNetworks({ abortSignal }), signal);
    return all
      .flatMap(({ IPAM }) => IPAM?.Config ?? [])
      .map(({ Subnet }) => parseSubnet(Subnet ?? ""))
      .filter((subnet) => subnet !== undefined);
  }

  /** Of all installations: one that was killed comes back for nothing. Answers whether there were any. */
  #removeIdle(signal?: AbortSignal): Promise<boolean> {
    const latest = Date.now() - IDLE_AFTER_SECONDS * 1000;
    return this.#removeWhere(({ Created }) => Date.parse(Created) < latest, signal);
  }

  async #removeWhere(
    isMeant: (network: Dockerode.NetworkInspectInfo) => boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const filters = { label: [LABEL.installation] };
    const networks = await ask(
      (abortSignal) => this.#docker.listNetworks({ filters, abortSignal }),
      signal,
    );
    // Listed after the networks: whose container was made in between is found to be used.
    const containers = await ask(
      (abortSignal) => this.#docker.listContainers({ all: true, filters, abortSignal }),
      signal,
    );
    const used = new Set(containers.map(({ Labels }) => Labels[LABEL.network]));
    const unused = networks.filter((network) => isMeant(network) && !used.has(network.Name));
    await Promise.all(unused.map(({ Id }) => this.#remove(Id)));
    return unused.length > 0;
  }

  async #list(signal?: AbortSignal): Promise<readonly Dockerode.NetworkInspectInfo[]> {
    const filters = labelled({ [LABEL.installation]: this.#installation });
    return ask((abortSignal) => this.#docker.listNetworks({ filters, abortSignal }), signal);
  }

  /** 403: something is attached to it after all. */
  async #remove(id: string): Promise<void> {
    await askUnless([403, 404], (abortSignal) =>
      this.#docker.getNetwork(id).remove({ abortSignal }),
    );
  }
}

interface Wish {
  readonly name: string;
  readonly prefix: number;
  readonly internal: boolean;
  /** A group's containers may talk to each other. */
  readonly isGroup: boolean;
}

function wishOf({ attemptId, projectId, replicas, internet }: Workload): Wish {
  const isGroup = replicas.length > 1;
  const project = internet ? `assay-${projectId}` : `assay-${projectId}-internal`;
  return {
    name: isGroup ? groupName(attemptId) : project,
    // 253 runs of a project at a time, and 256 projects in a /16.
    prefix: isGroup ? prefixFor(replicas.length) : 24,
    internal: !internet,
    isGroup,
  };
}

const groupName = (attemptId: string): string => `assay-${attemptId}`;

/** Those of this name, the oldest first. */
function named(
  networks: readonly Dockerode.NetworkInspectInfo[],
  name: string,
): readonly Dockerode.NetworkInspectInfo[] {
  return networks
    .filter(({ Name }) => Name === name)
    .toSorted((one, other) => age(one).localeCompare(age(other)));
}

const age = ({ Created, Id }: Dockerode.NetworkInspectInfo): string =>
  `${Date.parse(Created)} ${Id}`;
