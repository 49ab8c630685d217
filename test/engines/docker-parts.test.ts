import { expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { parseDevices } from "../../src/engines/docker/capacity.ts";
import { demultiplex } from "../../src/engines/docker/demultiplex.ts";
import { parseDeviceUse, useOf } from "../../src/engines/docker/device-use.ts";
import { isStatic } from "../../src/engines/docker/helper-image.ts";
import { Networks } from "../../src/engines/docker/networks.ts";
import { toReplicaState } from "../../src/engines/docker/replica-state.ts";
import { toSample } from "../../src/engines/docker/resources.ts";
import {
  findFree,
  formatSubnet,
  parseSubnet,
  prefixFor,
  type Subnet,
} from "../../src/engines/docker/subnets.ts";
import { collect } from "./workload.ts";

test("a subnet is the first free block of its size, whoever has the others", () => {
  const pool = subnet("10.213.0.0/16");
  const free = (prefix: number, taken: readonly string[]): string | undefined => {
    const found = findFree(pool, prefix, taken.map(subnet));
    return found && formatSubnet(found);
  };

  expect(free(24, [])).toBe("10.213.0.0/24");
  expect(free(24, ["10.213.0.0/29"])).toBe("10.213.1.0/24");
  expect(free(29, ["10.213.0.0/24", "10.213.1.0/29"])).toBe("10.213.1.8/29");
  expect(free(24, ["10.0.0.0/8"])).toBeUndefined();
  expect(free(24, ["172.17.0.0/16", "10.212.255.0/24"])).toBe("10.213.0.0/24");
});

test("a group's subnet has room for its replicas, the gateway, its own address and the broadcast's", () => {
  expect([2, 5, 6, 13, 14, 253].map(prefixFor)).toEqual([29, 29, 28, 28, 27, 24]);
});

test("what is no IPv4 subnet is not taken for one", () => {
  for (const text of ["", "fd00::/64", "10.0.0.0", "10.0.0.256/24", "10.0.0.0/33"])
    expect(parseSubnet(text)).toBeUndefined();
  const options = { docker: new Dockerode(), installation: "i", subnets: "10.213.0.0" };
  expect(() => new Networks(options)).toThrow("Write it like 10.213.0.0/16.");
});

test("frames are put together wherever the chunks are cut", async () => {
  const bytes = Buffer.concat([
    frame(1, "one\n"),
    frame(2, "two\n"),
    frame(1, ""),
    frame(1, "é\n"),
  ]);

  for (let size = 1; size <= bytes.length; size += 1)
    expect(await collect(demultiplex(chunksOf(bytes, size)))).toEqual({
      stdout: "one\né\n",
      stderr: "two\n",
    });
});

test("what Docker reports within a stream is an error, not output", async () => {
  const bytes = Buffer.concat([frame(1, "one\n"), frame(3, "error reading the log")]);

  await expect(collect(demultiplex(chunksOf(bytes, 4096)))).rejects.toThrow(
    "error reading the log",
  );
});

test("memory that ran out counts only where the program ended badly", () => {
  expect(toReplicaState({ ...ended, OOMKilled: true, ExitCode: 137 })).toMatchObject({
    outOfMemory: true,
  });
  expect(toReplicaState({ ...ended, OOMKilled: true, ExitCode: 0 })).toMatchObject({
    outOfMemory: false,
  });
});

test("a start that failed by the machine's fault may be tried again", () => {
  const state = { ...ended, StartedAt: never, FinishedAt: never, ExitCode: 128 };

  expect(toReplicaState({ ...state, Error: "network assay-1 not found" })).toEqual({
    kind: "prepared",
  });
  expect(toReplicaState({ ...state, ExitCode: 127, Error: "exec: no such file" })).toMatchObject({
    kind: "exited",
    exitCode: 127,
    error: "exec: no such file",
  });
});

test("processor use is that of the last second, and memory leaves out files that are only cached", () => {
  const sample = toSample(
    stats({ memory: { total_inactive_file: 400, inactive_file: 100 }, usedNanoseconds: 5e8 }),
  );

  expect(sample).toEqual({
    at: "2026-01-01T00:00:01.000Z",
    cpus: 0.5,
    memoryBytes: 600,
    memoryLimitBytes: 2000,
    networkReceivedBytes: 3,
    networkSentBytes: 30,
  });
});

test("nvidia-smi's table is read with the names that manifests use", () => {
  const devices = parseDevices("GPU-1, NVIDIA A100-SXM4-80GB\nGPU-2, Tesla T4\n\n");

  expect(devices).toMatchObject([
    { id: "GPU-1", product: "NVIDIA A100-SXM4-80GB" },
    { id: "GPU-2", product: "Tesla T4" },
  ]);
  expect(devices[0]?.aliases).toEqual(
    expect.arrayContaining(["nvidia-a100-sxm4-80gb", "a100-sxm4-80gb", "a100", "nvidia-a100"]),
  );
  expect(devices[1]?.aliases).toEqual(
    expect.arrayContaining(["tesla-t4", "t4", "nvidia-tesla-t4"]),
  );
});

test("a program is static where it names no loader", () => {
  expect(isStatic(elf([1, 6]))).toBe(true);
  expect(isStatic(elf([1, 3]))).toBe(false);
  expect(isStatic(Buffer.from("#!/bin/sh\n"))).toBe(false);
});

const never = "0001-01-01T00:00:00Z";
const ended = {
  Status: "exited",
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  Pid: 0,
  ExitCode: 0,
  Error: "",
  StartedAt: "2026-01-01T00:00:00Z",
  FinishedAt: "2026-01-01T00:00:01Z",
};

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (parsed === undefined) throw new Error(`${text} is no subnet`);
  return parsed;
}

function frame(kind: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A 64-bit little-endian ELF header and program headers of these types. */
function elf(types: readonly number[]): Buffer {
  const program = Buffer.alloc(64 + types.length * 56);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]).copy(program);
  program.writeBigUInt64LE(64n, 32);
  program.writeUInt16LE(56, 54);
  program.writeUInt16LE(types.length, 56);
  for (const [index, type] of types.entries()) program.writeUInt32LE(type, 64 + index * 56);
  return program;
}

function stats({
  memory,
  usedNanoseconds,
}: {
  readonly memory: object;
  readonly usedNanoseconds: number;
}): Dockerode.ContainerStats {
  return JSON.parse(
    JSON.stringify({
      read: "2026-01-01T00:00:01.000Z",
      preread: "2026-01-01T00:00:00.000Z",
      cpu_stats: { cpu_usage: { total_usage: 7e8 } },
      precpu_stats: { cpu_usage: { total_usage: 7e8 - usedNanoseconds } },
      memory_stats: { usage: 1000, limit: 2000, stats: memory },
      networks: { eth0: { rx_bytes: 1, tx_bytes: 10 }, eth1: { rx_bytes: 2, tx_bytes: 20 } },
    }),
  );
}

test("what a container's own devices do is told by NVIDIA's tool, and what it cannot measure is left out", () => {
  const devices = parseDeviceUse("GPU-a, 50, 1024\nGPU-b, 100, 2048\nMIG-c, [N/A], [N/A]\n\n");

  expect(useOf(["GPU-a", "GPU-b"], devices)).toEqual({ gpus: 1.5, gpuMemoryBytes: 3072 * 2 ** 20 });
  expect(useOf(["GPU-b"], devices)).toEqual({ gpus: 1, gpuMemoryBytes: 2048 * 2 ** 20 });
  expect(useOf(["MIG-c"], devices)).toEqual({});
  expect(useOf([], devices)).toEqual({});
});
