import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type Dockerode from "dockerode";

import type { Workload } from "../../src/core/engine.ts";
import { WorkloadGoneError } from "../../src/core/errors.ts";
import type { DockerEngine } from "../../src/engines/docker/engine.ts";
import { waitFor } from "../support/wait-for.ts";
import { DockerEngines } from "./docker-engines.ts";
import { exitCodesOf, readLog, runToEnd, untilObserved, workload } from "./workload.ts";

let engines: DockerEngines;
let engine: DockerEngine;

beforeAll(async () => {
  engines = await DockerEngines.open();
  engine = engines.engine();
});

afterAll(() => engines.close());

test("the second run of a project finds its network ready, and has it and its name for itself", async () => {
  const projectId = await projectWithPause();
  const command = "hostname; cat /etc/hosts /etc/resolv.conf";
  const alone = await runToEnd(engines.engine(), workload(command, { projectId }));
  const { engineId, observation } = await runToEnd(engine, workload(command, { projectId }));

  const [first, second] = [await linesOf(alone.engineId), await linesOf(engineId)];
  const joined = await pauseOf(engineId);
  await engine.remove(engineId);
  await engine.remove(alone.engineId);

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0 });
  expect(second[0]).toBe("worker-0");
  expect(second.map(withoutAddress)).toEqual(first.map(withoutAddress));
  expect(second).not.toEqual(first);
  expect(await isThere(joined)).toBe(false);
});

test("a project's runs cannot reach each other where one has found its network ready", async () => {
  const projectId = await projectWithPause();
  const serving = await engine.prepare(workload("nc -l -p 9000 -e echo reached", { projectId }));
  expect(await pauseOf(serving)).toBeDefined();
  await engine.start(serving);
  const address = await addressOf(await pauseOf(serving));

  const { observation } = await runToEnd(
    engine,
    workload(`nc -w 2 ${address} 9000 </dev/null || exit 7`, { projectId }),
  );

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 7 });
  await engine.remove(serving);
});

test("where what waited has died, a run starts as if nothing had waited", async () => {
  const projectId = await projectWithPause();
  await engines.docker.getContainer(await waiting(projectId)).kill();

  const { engineId, observation } = await runToEnd(engine, workload("true", { projectId }));

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0 });
  expect(await pauseOf(engineId)).toBeUndefined();
});

test("a run whose network died before its start is prepared again, or tried again", async () => {
  const projectId = await projectWithPause();
  const asked = workload("true", { projectId });
  const engineId = await engine.prepare(asked);
  await engines.docker.getContainer((await pauseOf(engineId)) ?? "").remove({ force: true });

  await expect(engine.start(engineId)).rejects.toThrow(WorkloadGoneError);
  const { observation } = await runToEnd(engines.engine(), asked);

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0 });
});

test("what waits ends with its server, and what was taken stays", async () => {
  const installation = randomUUID();
  const script = join(import.meta.dirname, "pause-process.ts");
  const server = spawn(process.execPath, [script, engines.folder, installation], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [taken] = await once(server.stdout.setEncoding("utf8"), "data");
  const id = String(taken).trim();
  expect((await waitingOf(installation)).length).toBe(2);

  server.kill("SIGKILL");
  await waitFor("the other one's end", async () => (await waitingOf(installation)).length === 1);

  expect(await pauseOf(id)).toBe((await waitingOf(installation))[0]?.Id);
  const after = engines.engine({ installation });
  await after.start(id);
  await untilObserved(after, id, "exited");
  await after.remove(id);
  expect(await waitingOf(installation)).toEqual([]);
});

/** A project that had a run, with what waits for the next one. */
async function projectWithPause(): Promise<string> {
  const first: Workload = workload("true");
  const { engineId } = await runToEnd(engine, first);
  await waiting(first.projectId);
  await engine.remove(engineId);
  return first.projectId;
}

function waiting(projectId: string): Promise<string> {
  return waitFor("a container that waits", async () => {
    const filters = { label: [`assay.network=assay-${projectId}`, "assay.pause-of"] };
    const [found] = await engines.docker.listContainers({ filters });
    return found?.Id;
  });
}

function waitingOf(installation: string): Promise<readonly Dockerode.ContainerInfo[]> {
  const filters = { label: [`assay.pause-of=${installation}`] };
  return engines.docker.listContainers({ all: true, filters });
}

/** The container whose network a run has joined. */
async function pauseOf(engineId: string): Promise<string | undefined> {
  const container = engines.docker.getContainer(`assay-${engineId}-worker-0`);
  const { Config, HostConfig } = await container.inspect();
  const pause = Config.Labels["assay.pause"];
  expect(HostConfig.NetworkMode === `container:${pause}`).toBe(pause !== undefined);
  return pause;
}

async function isThere(container: string | undefined): Promise<boolean> {
  const all = await engines.docker.listContainers({ all: true });
  return all.some(({ Id }) => Id === container);
}

async function addressOf(container: string | undefined): Promise<string> {
  const { NetworkSettings } = await engines.docker.getContainer(container ?? "").inspect();
  return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
}

async function linesOf(engineId: string): Promise<readonly string[]> {
  return (await readLog(engine, engineId)).stdout.split("\n");
}

const withoutAddress = (line: string): string => line.replace(/^[\d.]+\tworker-0$/, "x\tworker-0");
