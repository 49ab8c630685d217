import type Dockerode from "dockerode";

import type { ReplicaState } from "../../core/engine.ts";

type State = Dockerode.ContainerInspectInfo["State"];

/** A container's state in the product's words. Pure. */
export function toReplicaState(state: State): ReplicaState {
  const startedAt = time(state.StartedAt);
  if (state.Running || state.Paused || state.Restarting)
    return startedAt === undefined ? { kind: "prepared" } : { kind: "running", startedAt };
  if (startedAt === undefined) return unstarted(state);
  return {
    kind: "exited",
    exitCode: state.ExitCode,
    // Docker says so too where only a child was killed and the program itself went on to succeed.
    outOfMemory: state.OOMKilled && state.ExitCode !== 0,
    startedAt,
    finishedAt: time(state.FinishedAt),
  };
}

/** A start that failed leaves the container as it was made. What the image is to blame for is an ending; the rest may be tried again. */
function unstarted({ ExitCode, Error: error }: State): ReplicaState {
  const isCommandAtFault = ExitCode === 126 || ExitCode === 127;
  const isUserAtFault = /unable to find (user|group)|no matching entries in/.test(error);
  if (!isCommandAtFault && !isUserAtFault) return { kind: "prepared" };
  return {
    kind: "exited",
    exitCode: isCommandAtFault ? ExitCode : 126,
    outOfMemory: false,
    startedAt: undefined,
    finishedAt: undefined,
    error: isUserAtFault ? `The image's USER does not exist in it: ${error}.` : error,
  };
}

/** Docker writes year 1 for never. */
function time(text: string): string | undefined {
  return text.startsWith("0001-") ? undefined : text;
}
