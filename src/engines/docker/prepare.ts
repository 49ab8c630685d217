import type Dockerode from "dockerode";

import type { Machine, Workload, WorkloadReplica } from "../../core/engine.ts";
import { UnsupportedError } from "../../core/errors.ts";
import { containersOf, removeContainers } from "./attempt-containers.ts";
import { createContainer, type CreateContext } from "./create-container.ts";
import { LABEL } from "./labels.ts";
import { inspectState } from "./listing.ts";
import type { Networks } from "./networks.ts";

export interface PrepareContext extends CreateContext {
  readonly networks: Networks;
}

/** Makes what is missing of the workload's network and containers; what a crash left is completed. Nothing of it runs. */
export async function prepareWorkload(
  context: PrepareContext,
  workload: Workload,
  signal?: AbortSignal,
): Promise<void> {
  for (const replica of workload.replicas) requireDevices(replica, context.machine);
  const there = await usableContainersOf(context, workload.attemptId, signal);
  if (there.length === workload.replicas.length) return;

  const network = await context.networks.ensure(workload, signal);
  const present = new Set(there.map(({ Labels }) => Labels[LABEL.replica]));
  const missing = workload.replicas.filter(({ name }) => !present.has(name));
  await Promise.all(
    missing.map((replica) => createContainer(context, { workload, replica, network }, signal)),
  );
  if (await context.networks.exists(network.id, signal)) return;
  // Somebody found it unused in the moment before, and took it back.
  await removeContainers(context, workload.attemptId, signal);
  await prepareWorkload(context, workload, signal);
}

/** A crash may have come between the naming of a pause container and its keeping: what joins nothing is made again. */
async function usableContainersOf(
  context: PrepareContext,
  attemptId: string,
  signal?: AbortSignal,
): Promise<readonly Dockerode.ContainerInfo[]> {
  const there = await containersOf(context, attemptId, signal);
  const pauses = there.flatMap(({ State, Labels }) =>
    State === "created" ? (Labels[LABEL.pause] ?? []) : [],
  );
  for (const pause of pauses) {
    if ((await inspectState(context.docker, pause, signal))?.kind === "running") continue;
    await removeContainers(context, attemptId, signal);
    return [];
  }
  return there;
}

function requireDevices({ name, resources, devices }: WorkloadReplica, machine: Machine): void {
  const wanted = resources.gpu?.count ?? 0;
  if (devices.length !== wanted)
    throw new UnsupportedError(
      `${name} asks for ${wanted} GPUs, and ${devices.length} are reserved for it.`,
    );
  const unknown = devices.filter((id) => !machine.devices.some((device) => device.id === id));
  if (unknown.length > 0)
    throw new UnsupportedError(`The machine ${machine.name} has no device ${unknown.join(", ")}.`);
}
