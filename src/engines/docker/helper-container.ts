import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import { ask, askUnless } from "./ask.ts";

export interface HelperTask {
  readonly image: string;
  readonly command: readonly string[];
  /** A folder as Docker sees it, at /folder. */
  readonly folder: string;
  readonly readOnly: boolean;
  readonly capabilities: readonly string[];
}

const LABEL_HELPER = "assay.helper";
/** No helper takes so long. */
const OLD_AFTER_SECONDS = 600;

/** Those that a server which was killed left behind, of whatever installation. */
export async function removeOldHelpers(docker: Dockerode): Promise<void> {
  const filters = { label: [LABEL_HELPER] };
  const left = await ask((abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  const old = left.filter(({ Created }) => Date.now() / 1000 - Created > OLD_AFTER_SECONDS);
  for (const { Id } of old) await remove(docker.getContainer(Id));
}

/** Runs a command as root in a throw-away container without a network, and removes it. */
export async function runHelper(
  docker: Dockerode,
  task: HelperTask,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const options = helperOptions(task);
  const container = await ask((abortSignal) => docker.createContainer({ ...options, abortSignal }));
  try {
    await ask((abortSignal) => container.start({ abortSignal }));
    const exitCode = await exitCodeOf(container);
    const output = await ask((abortSignal) =>
      container.logs({ stdout: true, stderr: true, abortSignal }),
    );
    return { exitCode, output: output.toString().trim() };
  } finally {
    await remove(container);
  }
}

function remove(container: Dockerode.Container): Promise<void> {
  return askUnless([404, 409], (abortSignal) =>
    container.remove({ force: true, v: true, abortSignal }),
  );
}

function helperOptions(task: HelperTask): Dockerode.ContainerCreateOptions {
  const { image, command, folder, readOnly, capabilities } = task;
  return {
    Image: image,
    Entrypoint: [...command],
    Cmd: [],
    User: "0:0",
    Labels: { [LABEL_HELPER]: "" },
    // Its output is then one stream of text, without frames.
    Tty: true,
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      CapAdd: [...capabilities],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      Mounts: [{ Type: "bind", Source: folder, Target: "/folder", ReadOnly: readOnly }],
    },
  };
}

/** By looking: Docker's `wait` never settles in dockerode when the daemon dies. */
async function exitCodeOf(container: Dockerode.Container): Promise<number> {
  for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
    const { State } = await ask((abortSignal) => container.inspect({ abortSignal }));
    if (!State.Running) return State.ExitCode;
    await setTimeout(pause);
  }
}
