import type { Machine, Workload, WorkloadReplica } from "../../core/engine.ts";
import { ImageGoneError, UnsupportedError } from "../../core/errors.ts";
import { ask } from "./ask.ts";
import { type Installed, removeContainers } from "./attempt-containers.ts";
import { containerOptions } from "./containers.ts";
import { messageOf, statusOf } from "./errors.ts";
import { containerName } from "./labels.ts";
import { inspectState } from "./listing.ts";
import type { PauseContainer } from "./pause-container.ts";
import type { PausePool } from "./pause-pool.ts";
import type { StartGuard } from "./start-guard.ts";

export interface CreateContext extends Installed {
  readonly guard: StartGuard;
  readonly pauses: PausePool;
  readonly machine: Machine;
  readonly logFileSize: string;
}

interface Part {
  readonly workload: Workload;
  readonly replica: WorkloadReplica;
  readonly network: { readonly id: string; readonly name: string };
}

/** Where a container waits in the network, its place is taken; a group has a network of its own. */
export async function createContainer(
  context: CreateContext,
  part: Part,
  signal?: AbortSignal,
): Promise<void> {
  const isAlone = part.workload.replicas.length === 1;
  const place = { network: part.network, hostname: part.replica.name };
  const pause = isAlone ? context.pauses.take(place) : undefined;
  if (isAlone) context.pauses.expect(place);
  if (pause === undefined || !(await createAt(context, part, pause, signal)))
    await createWith(context, part, undefined, signal);
}

/** It is kept once it is named: what is kept without a name would be left by a crash. False where it was gone by then. */
async function createAt(
  context: CreateContext,
  part: Part,
  pause: PauseContainer,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const isMade = await createWith(context, part, pause.id, signal);
    if (!isMade) await pause.remove();
    if (!isMade || (await pause.keep())) return true;
  } catch (error) {
    // Without an answer of Docker's it may be named.
    await (statusOf(error) === undefined ? pause.keep() : pause.remove());
    throw error;
  }
  await removeContainers(context, part.workload.attemptId, signal);
  return false;
}

/** False where it is there already. */
async function createWith(
  context: CreateContext,
  part: Part,
  pause: string | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  const { attemptId, image } = part.workload;
  const guard = await context.guard.make(attemptId, part.replica.name);
  const options = containerOptions({ ...context, ...part, guard, pause });
  try {
    await ask((abortSignal) => context.docker.createContainer({ ...options, abortSignal }), signal);
    return true;
  } catch (error) {
    if (statusOf(error) === 409) {
      await closeIfStarted(context, attemptId, part.replica.name);
      return false;
    }
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
  { docker, guard }: CreateContext,
  attemptId: string,
  replica: string,
): Promise<void> {
  const state = await inspectState(docker, containerName(attemptId, replica));
  // Its name is taken a moment before it is there.
  if (state !== undefined && state.kind !== "prepared") await guard.close(attemptId, replica);
}
