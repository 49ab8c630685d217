import type Dockerode from "dockerode";

import { ask, askFor } from "./ask.ts";
import { LABEL, labelled } from "./labels.ts";

export interface Installed {
  readonly docker: Dockerode;
  readonly installation: string;
}

/** All containers of an attempt, whatever their state. */
export async function containersOf(
  { docker, installation }: Installed,
  attemptId: string,
  signal?: AbortSignal,
): Promise<readonly Dockerode.ContainerInfo[]> {
  const filters = labelled({ [LABEL.installation]: installation, [LABEL.attempt]: attemptId });
  return ask((abortSignal) => docker.listContainers({ all: true, filters, abortSignal }), signal);
}

/** Without force: Docker refuses where one runs, which without its network none does. */
export async function removeContainers(
  context: Installed,
  attemptId: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const { Id } of await containersOf(context, attemptId, signal))
    await askFor(
      (abortSignal) => context.docker.getContainer(Id).remove({ v: true, abortSignal }),
      signal,
    );
}
