import type Dockerode from "dockerode";

import type { Machine, Workload, WorkloadReplica } from "../../core/engine.ts";
import { ImageGoneError, UnsupportedError } from "../../core/errors.ts";
import { ask, askFor } from "./ask.ts";
import { containerOptions } from "./containers.ts";
import { messageOf, statusOf } from "./errors.ts";
import { containerName, LABEL, labelled } from "./labels.ts";
import { inspectState } from "./listing.ts";
import type { Networks } from "./networks.ts";
import type { StartGuard } from "./start-guard.ts";

export interface PrepareContext {
  readonly docker: Dockerode;
  readonly installation: string;
  readonly networks: Networks;
  readonly guard: StartGuard;
  readonly machine: Machine;
  readonly logFileSize: string;
}

/** Makes what is missing of the workload's network and containers; what a crash left is completed. Nothing of it runs. */
export async function prepareWorkload(
  context: PrepareContext,
  workload: Workload,
  signal?: AbortSignal,
): Promise<void> {
  for (const replica of workload.replicas) requireDevices(replica, context.machine);
  const there = await containersOf(context, workload.attemptId, signal);
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

/** All containers of an attempt, whatever their state. */
export async function containersOf(
  { docker, installation }: Pick<PrepareContext, "docker" | "installation">,
  attemptId: string,
  signal?: AbortSignal,
): Promise<readonly Dockerode.ContainerInfo[]> {
  const filters = labelled({ [LABEL.installation]: installation, [LABEL.attempt]: attemptId });
  return ask((abortSignal) => docker.listContainers({ all: true, filters, abortSignal }), signal);
}

/** Without force: Docker refuses where one runs, which without its network none does. */
async function removeContainers(
  context: PrepareContext,
  attemptId: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const { Id } of await containersOf(context, attemptId, signal))
    await askFor(
      (abortSignal) => context.docker.getContainer(Id).remove({ v: true, abortSignal }),
      signal,
    );
}

async function createContainer(
  context: PrepareContext,
  part: {
    readonly workload: Workload;
    readonly replica: WorkloadReplica;
    readonly network: { readonly id: string; readonly name: string };
  },
  signal?: AbortSignal,
): Promise<void> {
  const { attemptId, image } = part.workload;
  const guard = await context.guard.make(attemptId, part.replica.name);
  const options = containerOptions({ ...context, ...part, guard });
  try {
    await ask((abortSignal) => context.docker.createContainer({ ...options, abortSignal }), signal);
  } catch (error) {
    if (statusOf(error) === 409) return closeIfStarted(context, attemptId, part.replica.name);
    if (statusOf(error) === 404 && /no such image/i.test(messageOf(error)))
      throw new ImageGoneError(`The image ${image} is not on the engine any more.`, {
        cause: error,
      });
    const volume = missingVolume(part.workload, messageOf(error));
    if (volume === undefined) throw error;
    throw new UnsupportedError(
      `The volume ${volume.volume} is the folder ${volume.source} of the machine ${context.machine.name}, where there is none.`,
      { cause: error },
    );
  }
}

function missingVolume(
  { mounts }: Workload,
  message: string,
): Workload["mounts"][number] | undefined {
  if (!/source path does not exist/i.test(message)) return undefined;
  return mounts.find(({ volume, source }) => volume !== undefined && message.includes(source));
}

/** Another server made it meanwhile, and may have started it: then this one has opened its guard again. */
async function closeIfStarted(
  { docker, guard }: PrepareContext,
  attemptId: string,
  replica: string,
): Promise<void> {
  const state = await inspectState(docker, containerName(attemptId, replica));
  if (state?.kind !== "prepared") await guard.close(attemptId, replica);
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
