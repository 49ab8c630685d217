import { randomUUID } from "node:crypto";

import type { Engine, LogPiece, Observation, Workload } from "../../src/core/engine.ts";
import { waitFor } from "../support/wait-for.ts";

export type WorkloadOptions = Partial<Workload> & {
  readonly names?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly resources?: Partial<Workload["replicas"][number]["resources"]>;
};

/** A small workload of one replica, worker-0, unless said otherwise. */
export function workload(command: string, options: WorkloadOptions = {}): Workload {
  const { names = ["worker-0"], env = {}, resources = {}, ...rest } = options;
  return {
    attemptId: randomUUID(),
    runId: randomUUID(),
    experimentId: randomUUID(),
    projectId: randomUUID(),
    image: "assay/busybox:local",
    command,
    replicas: names.map((name) => ({
      name,
      env,
      devices: [],
      resources: {
        cpus: 0.1,
        cpuLimit: 1,
        memoryBytes: 64 * 2 ** 20,
        shmBytes: 16 * 2 ** 20,
        gpu: undefined,
        ...resources,
      },
    })),
    mounts: [],
    graceSeconds: 5,
    internet: true,
    ...rest,
  };
}

export async function observationOf(
  engine: Engine,
  engineId: string,
): Promise<Observation | undefined> {
  return (await engine.list()).find((listed) => listed.engineId === engineId)?.observation;
}

export function untilObserved(
  engine: Engine,
  engineId: string,
  kind: Observation["kind"],
): Promise<Observation> {
  return waitFor(`a workload that is ${kind}`, async () => {
    const observation = await observationOf(engine, engineId);
    return observation?.kind === kind ? observation : undefined;
  });
}

/** Prepares, starts, and waits for the end. */
export async function runToEnd(
  engine: Engine,
  workload: Workload,
): Promise<{ readonly engineId: string; readonly observation: Observation }> {
  const engineId = await engine.prepare(workload);
  await engine.start(engineId);
  return { engineId, observation: await untilObserved(engine, engineId, "exited") };
}

/** Exit codes by replica, of those that have ended. */
export function exitCodesOf({ replicas }: Observation): Readonly<Record<string, number>> {
  const codes: Record<string, number> = {};
  for (const [name, state] of Object.entries(replicas))
    if (state.kind === "exited") codes[name] = state.exitCode;
  return codes;
}

export const FROM_THE_START = { stdout: 0, stderr: 0 };

/** Everything that a replica writes, until its end. */
export async function readLog(
  engine: Engine,
  engineId: string,
  replica = "worker-0",
  skip = FROM_THE_START,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return collect(engine.logs(engineId, replica, skip, new AbortController().signal));
}

export async function collect(
  pieces: AsyncIterable<LogPiece>,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const bytes: Record<LogPiece["stream"], Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const piece of pieces) bytes[piece.stream].push(piece.bytes);
  return {
    stdout: Buffer.concat(bytes.stdout).toString(),
    stderr: Buffer.concat(bytes.stderr).toString(),
  };
}
