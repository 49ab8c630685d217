import type Dockerode from "dockerode";

import { EngineFullError, UnsupportedError, WorkloadGoneError } from "../../core/errors.ts";
import { ask } from "./ask.ts";
import { messageOf, statusOf } from "./errors.ts";
import { inspectState } from "./listing.ts";

/**
 * Starts a container that never ran. Returns where it runs, has run, or cannot run by its image's fault, which is an
 * ending: Docker keeps the reason.
 */
export async function startContainer(
  docker: Dockerode,
  nameOrId: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await ask((abortSignal) => docker.getContainer(nameOrId).start({ abortSignal }), signal);
  } catch (error) {
    const isAnswer = statusOf(error) !== undefined;
    // 304: it runs already.
    if (statusOf(error) === 304) return;
    if (isAnswer && !(await isUnstarted(docker, nameOrId, signal))) return;
    throw isAnswer ? toStartError(error) : error;
  }
}

async function isUnstarted(
  docker: Dockerode,
  nameOrId: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const state = await inspectState(docker, nameOrId, signal);
  if (state === undefined)
    throw new WorkloadGoneError("A container of this run is not on the engine any more.");
  return state.kind === "prepared";
}

function toStartError(error: unknown): Error {
  const message = messageOf(error);
  if (message.includes("could not select device driver"))
    return new UnsupportedError(
      "This engine's Docker has no GPU runtime. Install NVIDIA's container toolkit on its machine, or ask for no GPU.",
      { cause: error },
    );
  if (message.includes("no available IPv4 addresses"))
    return new EngineFullError(
      "The project's network has no free address; a run that ends gives one back.",
      {
        cause: error,
      },
    );
  const hasGone =
    /bind source path does not exist|network \S+ not found|cannot join network of|no such container/i.test(
      message,
    );
  if (hasGone)
    return new WorkloadGoneError(`The run can be started no more: ${message}.`, { cause: error });
  return new Error(`Docker did not start the run: ${message}`, { cause: error });
}
