import type Dockerode from "dockerode";

import type { Machine, Workload, WorkloadReplica } from "../../core/engine.ts";
import { containerName, LABEL, workloadLabels } from "./labels.ts";

export interface ContainerPlan {
  readonly workload: Workload;
  readonly replica: WorkloadReplica;
  readonly installation: string;
  readonly network: { readonly id: string; readonly name: string };
  readonly machine: Machine;
  /** Of each of two files; the older one is removed when both are full. */
  readonly logFileSize: string;
  /** The start guard's folder, as Docker sees it. */
  readonly guard: string;
  /** The id of a container that waits in the network, under the replica's name: its place is taken. */
  readonly pause?: string | undefined;
}

/** Where the start guard appears in a container. */
const GUARD_TARGET = "/assay/.start";

/** Enough for the threads of data loaders on large machines, and an end for a fork bomb. */
const PIDS_LIMIT = 8192;

/**
 * SIGTERM reaches the whole process group. A shell that does not end with its last command's program (dash after
 * `cd src &&`, any shell before `; …`) would die of it at once, and with it the container, while the program still saves.
 * With a trap the shell waits for the program, then ends with its exit code; programs do not inherit it.
 */
const OUTLIVE_PROGRAM = "trap 'exit $?' TERM;";

/** Images that run as root still install packages, chown and listen on port 80. */
const CAPABILITIES = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "NET_BIND_SERVICE",
];

/** Docker refuses less. */
const LEAST_MEMORY_BYTES = 6 * 2 ** 20;
const LEAST_SHM_BYTES = 2 ** 20;

/** Only what is named here reaches Docker: nothing of a manifest is passed through. */
export function containerOptions(plan: ContainerPlan): Dockerode.ContainerCreateOptions {
  const { workload, replica, installation, network, pause } = plan;
  return {
    name: containerName(workload.attemptId, replica.name),
    Image: workload.image,
    Entrypoint: ["/bin/sh", "-c"],
    Cmd: [`${OUTLIVE_PROGRAM} ${replica.command ?? workload.command}`],
    Env: Object.entries(environmentOf(plan)).map(([name, value]) => `${name}=${value}`),
    Labels: {
      ...workloadLabels(installation, workload, replica, network.name),
      ...(pause !== undefined && { [LABEL.pause]: pause }),
    },
    StopSignal: "SIGTERM",
    StopTimeout: workload.graceSeconds,
    // An image's own check would run beside the program, in its memory.
    Healthcheck: { Test: ["NONE"] },
    HostConfig: hostConfig(plan),
    ...(pause === undefined && ownPlace(plan)),
  };
}

/** Whoever joins another's network has its name, too, and may not name one. */
function ownPlace({
  workload,
  replica,
  network,
}: ContainerPlan): Pick<Dockerode.ContainerCreateOptions, "Hostname" | "NetworkingConfig"> {
  const isGroup = workload.replicas.length > 1;
  return {
    Hostname: replica.name,
    NetworkingConfig: {
      // A project's network has many a worker-0, so names are given in a group's own network only.
      EndpointsConfig: { [network.id]: isGroup ? { Aliases: [replica.name] } : {} },
    },
  };
}

type AllowedHostConfig = Pick<
  Dockerode.HostConfig,
  | "CapAdd"
  | "CapDrop"
  | "CpuShares"
  | "DeviceRequests"
  | "Init"
  | "LogConfig"
  | "Memory"
  | "MemorySwap"
  | "Mounts"
  | "NanoCpus"
  | "NetworkMode"
  | "PidsLimit"
  | "RestartPolicy"
  | "SecurityOpt"
  | "ShmSize"
>;

function hostConfig(plan: ContainerPlan): AllowedHostConfig {
  const { replica, network, machine, pause } = plan;
  const { cpus, cpuLimit, memoryBytes, shmBytes } = replica.resources;
  const memory = Math.max(Math.floor(memoryBytes), LEAST_MEMORY_BYTES);
  return {
    // tini passes SIGTERM on, with TINI_KILL_PROCESS_GROUP=1 to the programs below the shell, too.
    Init: true,
    NetworkMode: pause === undefined ? network.id : `container:${pause}`,
    SecurityOpt: ["no-new-privileges"],
    CapDrop: ["ALL"],
    CapAdd: CAPABILITIES,
    PidsLimit: PIDS_LIMIT,
    Memory: memory,
    // Equal to the memory: no swap.
    MemorySwap: memory,
    NanoCpus: Math.round(Math.min(Math.max(cpuLimit, 0.01), machine.cpus) * 1e9),
    CpuShares: Math.min(Math.max(Math.round(cpus * 1024), 2), 262_144),
    ShmSize: Math.max(Math.floor(shmBytes), LEAST_SHM_BYTES),
    DeviceRequests: deviceRequests(replica.devices),
    Mounts: mounts(plan),
    LogConfig: { Type: "json-file", Config: { "max-size": plan.logFileSize, "max-file": "2" } },
    RestartPolicy: { Name: "no" },
  };
}

function mounts({ workload, guard }: ContainerPlan): Dockerode.MountSettings[] {
  return [
    { Type: "bind", Source: guard, Target: GUARD_TARGET, ReadOnly: true },
    ...workload.mounts.map(({ source, target, readOnly }) => ({
      Type: "bind" as const,
      Source: source,
      Target: target,
      ReadOnly: readOnly,
    })),
  ];
}

function deviceRequests(devices: readonly string[]): Dockerode.DeviceRequest[] {
  if (devices.length === 0) return [];
  const Capabilities = [["gpu", "compute", "utility"]];
  return [{ Driver: "nvidia", DeviceIDs: [...devices], Capabilities }];
}

function environmentOf({ replica, machine }: ContainerPlan): Record<string, string> {
  const environment = { ...replica.env, TINI_KILL_PROCESS_GROUP: "1" };
  // Where NVIDIA's runtime is the default one, an image's own variable would give it every device of the machine.
  const hidesDevices = machine.devices.length > 0 && replica.devices.length === 0;
  return hidesDevices ? { ...environment, NVIDIA_VISIBLE_DEVICES: "void" } : environment;
}
