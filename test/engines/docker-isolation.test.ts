import { chmod, lstat, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Workload } from "../../src/core/engine.ts";
import { EngineFullError, UnsupportedError } from "../../src/core/errors.ts";
import type { DockerEngine } from "../../src/engines/docker/engine.ts";
import { chownByHelper, mendOwnership } from "../../src/engines/docker/mend-ownership.ts";
import { waitFor } from "../support/wait-for.ts";
import { DockerEngines } from "./docker-engines.ts";
import {
  exitCodesOf,
  observationOf,
  readLog,
  runToEnd,
  untilObserved,
  workload,
  type WorkloadOptions,
} from "./workload.ts";

let engines: DockerEngines;
let engine: DockerEngine;
let output: string;

beforeAll(async () => {
  engines = await DockerEngines.open();
  engine = engines.engine();
  output = join(engines.folder, "output");
  await mkdir(output);
  await chmod(output, 0o777);
});

afterAll(() => engines.close());

test("a program below its shell gets SIGTERM, has the time to save, and its exit code is the run's", async () => {
  const program =
    "trap 'sleep 1; echo saved > /assay/output/checkpoint; exit 4' TERM; echo ready; while true; do sleep 0.1; done";
  for (const command of [
    `cd /tmp && sh -c "${program}"`,
    `cd /tmp; sh -c "${program}"; touch /assay/output/went-on`,
  ]) {
    const engineId = await engine.prepare(workload(command, { mounts: [outputMount()] }));
    await engine.start(engineId);
    await waitFor("the program", async () => (await logSoFar(engineId)) === "ready\n");

    await engine.stop(engineId, 10);

    expect(exitCodesOf(await untilObserved(engine, engineId, "exited"))).toEqual({ "worker-0": 4 });
    expect(await readdir(output)).toEqual(["checkpoint"]);
    await rm(join(output, "checkpoint"));
  }
});

test("running out of memory is told apart from being killed", async () => {
  const resources = { memoryBytes: 16 * 2 ** 20 };

  const greedy = await runToEnd(engine, workload("tail /dev/zero", { resources }));
  const killed = await runToEnd(engine, workload("kill -KILL $$", { resources }));

  expect(greedy.observation.replicas["worker-0"]).toMatchObject({
    exitCode: 137,
    outOfMemory: true,
  });
  expect(killed.observation.replicas["worker-0"]).toMatchObject({
    exitCode: 137,
    outOfMemory: false,
  });
});

test("replicas of a run find each other by name", async () => {
  const command = `if [ "$HOSTNAME" = worker-0 ]; then echo hello | nc -l -p 8000; else until nc worker-0 8000; do sleep 0.1; done; fi`;

  const { engineId, observation } = await runToEnd(
    engine,
    workload(command, { names: ["worker-0", "worker-1"] }),
  );

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0, "worker-1": 0 });
  expect((await readLog(engine, engineId, "worker-1")).stdout).toBe("hello\n");
});

test("runs of one project cannot reach each other, though they share a network", async () => {
  const projectId = "8ae17c25-54c5-4a5e-9d43-5ad6f1f3f8a1";
  const server = await engine.prepare(
    workload("echo secret > /tmp/secret; httpd -p 8000 -h /tmp; sleep 60", { projectId }),
  );
  await engine.start(server);
  const address = await addressOf(server);
  const command = `echo mine > /tmp/secret; httpd -p 8000 -h /tmp
    for host in 127.0.0.1 ${address}; do timeout 2 wget -q -O - http://$host:8000/secret || echo refused; done`;

  const { engineId } = await runToEnd(engine, workload(command, { projectId }));

  expect((await readLog(engine, engineId)).stdout).toBe("mine\nrefused\n");
  // From the machine itself it is there.
  expect(await (await fetch(`http://${address}:8000/secret`)).text()).toBe("secret\n");
});

test("a project without internet has networks that lead nowhere", async () => {
  for (const internet of [true, false])
    for (const names of [["worker-0"], ["worker-0", "worker-1"]]) {
      const engineId = await engine.prepare(workload("true", { internet, names }));
      const { NetworkMode = "" } = (await inspect(engineId)).HostConfig;

      const network = await engines.docker.getNetwork(NetworkMode).inspect();

      expect(network).toMatchObject({ Internal: !internet });
    }
});

test("memory, processors, processes and shared memory are limited to what was asked for", async () => {
  const command = `
    cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max
    cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/cpu.max
    cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max
    df -k /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2`;
  const resources = { memoryBytes: 48 * 2 ** 20, cpuLimit: 0.5, shmBytes: 8 * 2 ** 20 };

  const { engineId } = await runToEnd(engine, workload(command, { resources }));

  const lines = (await readLog(engine, engineId)).stdout.trim().split("\n");
  expect(lines).toEqual(expect.arrayContaining(["50331648", "50000", "8192"]));
  expect(lines.at(-1)).toBe("8192");
});

test("a limit of more processors than the machine has is the machine", async () => {
  const resources = { cpuLimit: 10_000, cpus: 10_000, memoryBytes: 1 };

  const { observation } = await runToEnd(engine, workload("true", { resources }));

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 0 });
});

test("a container has no more rights than it needs, and nothing of the server's", async () => {
  const command =
    "env; ls /var/run/docker.sock 2>&1; grep -E 'NoNewPrivs|CapEff' /proc/self/status";

  const { engineId } = await runToEnd(engine, workload(command, { env: { GREETING: "hi" } }));

  const { stdout } = await readLog(engine, engineId);
  const names = [...stdout.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  expect(new Set(names)).toEqual(
    new Set(["GREETING", "HOME", "HOSTNAME", "PATH", "PWD", "SHLVL", "TINI_KILL_PROCESS_GROUP"]),
  );
  expect(stdout).toContain("docker.sock: No such file or directory");
  expect(stdout).toMatch(/NoNewPrivs:\s*1/);
  expect(stdout).toMatch(/CapEff:\s*00000000000004fb/);
});

test("the input cannot be written", async () => {
  const input = join(engines.folder, "input");
  await mkdir(input);
  await chmod(input, 0o777);
  const mounts = [{ source: input, target: "/assay/input", readOnly: true }];

  const { engineId, observation } = await runToEnd(
    engine,
    workload("touch /assay/input/mine", { mounts }),
  );

  expect(exitCodesOf(observation)).toEqual({ "worker-0": 1 });
  expect((await readLog(engine, engineId)).stderr).toContain("Read-only file system");
});

test("outputs of any uid become the server's own, and what links lead to stays whose it is", async () => {
  const outside = join(engines.folder, "outside");
  await writeFile(outside, "");
  const before = await lstat(outside);
  const command =
    "cd /assay/output; mkdir -p deep; echo 1 > deep/file; chown -R 1234:1234 deep; chmod 0 deep";
  await runToEnd(engine, workload(command, { mounts: [outputMount()] }));
  await symlink(outside, join(output, "link"));

  await chownByHelper(engines.docker, output, 4321, 4321);

  // Who is not root sees them from within a container only.
  const look = "cd /assay/output; stat -c '%n %u:%g' . deep deep/file link; stat -c %A deep";
  const { engineId } = await runToEnd(engine, workload(look, { mounts: [outputMount()] }));
  const names = [".", "deep", "deep/file", "link"];
  const { stdout } = await readLog(engine, engineId);
  const owners = names.map((name) => `${name} 4321:4321\n`).join("");
  expect(stdout).toBe(`${owners}drwx------\n`);
  expect(await lstat(outside)).toMatchObject({ uid: before.uid, gid: before.gid });

  await mendOwnership(engines.docker, output);

  for (const name of names)
    expect(await lstat(join(output, name))).toMatchObject({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
});

test("a run gets the devices that are reserved for it by their ids, and no other's", async () => {
  const devices = ["GPU-a", "GPU-b"].map((id) => ({ id, product: "A100", aliases: [] }));
  const withDevices = engines.engine({ devices });
  const two = await withDevices.prepare(withGpus(["GPU-b"]));
  const none = await withDevices.prepare(workload("true"));

  expect(await withDevices.capacity()).toMatchObject([{ devices }]);
  expect((await inspect(two)).HostConfig.DeviceRequests).toMatchObject([
    { Driver: "nvidia", DeviceIDs: ["GPU-b"], Capabilities: [["gpu", "compute", "utility"]] },
  ]);
  expect((await inspect(none)).HostConfig.DeviceRequests).toEqual([]);
  expect((await inspect(none)).Config.Env).toContain("NVIDIA_VISIBLE_DEVICES=void");

  await expect(withDevices.prepare(withGpus(["GPU-c"]))).rejects.toThrow(UnsupportedError);
  // This machine's Docker has no GPU runtime.
  await expect(withDevices.start(two)).rejects.toThrow(UnsupportedError);
});

test("where no subnet is left the engine is full, until a run gives one back", async () => {
  const small = engines.engine({ subnets: "10.247.255.240/28" });
  const first = await small.prepare(group());
  await small.prepare(group());

  await expect(small.prepare(group())).rejects.toThrow(EngineFullError);
  await small.remove(first);
  const third = await small.prepare(group());

  expect(await observationOf(small, third)).toMatchObject({ kind: "prepared" });
});

function group(): Workload {
  return workload("true", { names: ["worker-0", "worker-1"] });
}

function outputMount() {
  return { source: output, target: "/assay/output", readOnly: false };
}

function withGpus(devices: readonly string[]): Workload {
  const resources: WorkloadOptions["resources"] = {
    gpu: { count: devices.length, type: undefined, product: undefined },
  };
  const asked = workload("true", { resources });
  return { ...asked, replicas: asked.replicas.map((replica) => ({ ...replica, devices })) };
}

function inspect(engineId: string) {
  return engines.docker.getContainer(`assay-${engineId}-worker-0`).inspect();
}

async function addressOf(engineId: string): Promise<string> {
  const [network] = Object.values((await inspect(engineId)).NetworkSettings.Networks);
  if (network === undefined) throw new Error("it has no network");
  return network.IPAddress;
}

async function logSoFar(engineId: string): Promise<string> {
  const container = engines.docker.getContainer(`assay-${engineId}-worker-0`);
  const framed = await container.logs({ stdout: true });
  return framed.subarray(8).toString();
}
