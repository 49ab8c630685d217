import type Dockerode from "dockerode";

import type { ListedWorkload, Observation, ReplicaState } from "../../core/engine.ts";
import { ask, askFor } from "./ask.ts";
import { LABEL, labelled } from "./labels.ts";
import { toReplicaState } from "./replica-state.ts";

export interface ListingOptions {
  readonly docker: Dockerode;
  readonly installation: string;
  /** Called at least once for each replica that was seen to have started. */
  readonly onStarted: (attemptId: string, replica: string) => Promise<void>;
}

/**
 * All workloads in one listing. It tells neither times nor exit codes, so what it says is new is looked at, once: a start
 * and an ending never change. Hundreds of containers at rest cost one request.
 */
export class Listing {
  readonly #options: ListingOptions;
  #known: ReadonlyMap<string, ReplicaState> = new Map();
  readonly #changed = new Set<string>();

  constructor(options: ListingOptions) {
    this.#options = options;
  }

  /** Something happened to this container: the next list looks at it, whatever the listing says. */
  noteChange(containerId: string): void {
    this.#changed.add(containerId);
  }

  async list(signal?: AbortSignal): Promise<readonly ListedWorkload[]> {
    const { docker, installation } = this.#options;
    const filters = labelled({ [LABEL.installation]: installation });
    const containers = await ask(
      (abortSignal) => docker.listContainers({ all: true, filters, abortSignal }),
      signal,
    );
    const states = new Map<string, ReplicaState>();
    for (let from = 0; from < containers.length; from += AT_ONCE) {
      const some = containers.slice(from, from + AT_ONCE);
      await Promise.all(
        some.map(async (container) => {
          const state = await this.#stateOf(container, signal);
          if (state !== undefined) states.set(container.Id, state);
        }),
      );
    }
    this.#known = states;
    // What is not listed is gone.
    for (const id of this.#changed) if (!states.has(id)) this.#changed.delete(id);
    return [...byAttempt(containers)].map(([attemptId, its]) => ({
      engineId: attemptId,
      attemptId,
      observation: toObservation(its, states),
    }));
  }

  async #stateOf(
    container: Dockerode.ContainerInfo,
    signal?: AbortSignal,
  ): Promise<ReplicaState | undefined> {
    const known = this.#known.get(container.Id);
    const isChanged = this.#changed.delete(container.Id);
    const isKnown = known?.kind === "running" && isUp(container) && !isChanged;
    if (known?.kind === "exited" || isKnown) return known;
    const state = await this.#inspect(container.Id, { isChanged }, signal);
    if (state !== undefined && state.kind !== "prepared")
      await this.#options.onStarted(
        container.Labels[LABEL.attempt] ?? "",
        container.Labels[LABEL.replica] ?? "",
      );
    return state;
  }

  /** A change that could not be looked at is left to the next list. */
  async #inspect(
    id: string,
    { isChanged }: { readonly isChanged: boolean },
    signal?: AbortSignal,
  ): Promise<ReplicaState | undefined> {
    try {
      return await inspectState(this.#options.docker, id, signal);
    } catch (error) {
      if (isChanged) this.#changed.add(id);
      throw error;
    }
  }
}

/** Requests under way at a time. */
const AT_ONCE = 32;

/** undefined where the container is not there. */
export async function inspectState(
  docker: Dockerode,
  nameOrId: string,
  signal?: AbortSignal,
): Promise<ReplicaState | undefined> {
  const container = docker.getContainer(nameOrId);
  const found = await askFor((abortSignal) => container.inspect({ abortSignal }), signal);
  if (found === undefined) return undefined;
  const state = toReplicaState(found.State);
  if (state.kind !== "exited" || state.exitCode !== 127 || state.error !== undefined) return state;
  // With an init as the first process, a missing shell looks like a command that the shell did not find.
  if (!(await lacksShell(container, signal))) return state;
  return {
    ...state,
    error: "The image has no /bin/sh, which runs the command. Build on an image that has a shell.",
  };
}

/** The init says so itself. (Docker cannot be asked for the file: the start guard's mount is gone by now.) */
async function lacksShell(container: Dockerode.Container, signal?: AbortSignal): Promise<boolean> {
  const output = await askFor(
    (abortSignal) => container.logs({ follow: false, stderr: true, tail: 5, abortSignal }),
    signal,
  );
  return output?.includes("exec /bin/sh failed") === true;
}

function isUp({ State }: Dockerode.ContainerInfo): boolean {
  return State === "running" || State === "paused";
}

function byAttempt(
  containers: readonly Dockerode.ContainerInfo[],
): ReadonlyMap<string, readonly Dockerode.ContainerInfo[]> {
  return Map.groupBy(containers, ({ Labels }) => Labels[LABEL.attempt] ?? "");
}

/** `lost` where a part is missing of what had begun; where nothing had, it is still being made. */
function toObservation(
  containers: readonly Dockerode.ContainerInfo[],
  states: ReadonlyMap<string, ReplicaState>,
): Observation {
  const replicas: Record<string, ReplicaState> = {};
  // Always in the same order, so that an observation that did not change looks the same.
  for (const container of containers.toSorted(byReplica)) {
    const state = states.get(container.Id);
    if (state !== undefined) replicas[replicaOf(container)] = state;
  }
  const kinds = Object.values(replicas).map(({ kind }) => kind);
  const isWhole = kinds.length === Number(containers[0]?.Labels[LABEL.replicas]);
  if (kinds.every((kind) => kind === "prepared")) return { kind: "prepared", replicas };
  if (!isWhole) return { kind: "lost", replicas };
  if (kinds.every((kind) => kind === "exited")) return { kind: "exited", replicas };
  return { kind: "running", replicas };
}

function byReplica(one: Dockerode.ContainerInfo, other: Dockerode.ContainerInfo): number {
  return replicaOf(one).localeCompare(replicaOf(other), "en", { numeric: true });
}

function replicaOf({ Labels }: Dockerode.ContainerInfo): string {
  return Labels[LABEL.replica] ?? "";
}
