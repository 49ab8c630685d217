import type Dockerode from "dockerode";

import type { ResourceSample } from "../../core/engine.ts";
import { askFor } from "./ask.ts";
import { readDeviceUse, useOf } from "./device-use.ts";

/** Docker measures for a second. undefined where the container does not run. */
export async function sampleContainer(
  docker: Dockerode,
  containerId: string,
  signal?: AbortSignal,
): Promise<ResourceSample | undefined> {
  const container = docker.getContainer(containerId);
  const [stats, devices] = await Promise.all([
    askFor(() => container.stats({ stream: false }), signal),
    readDeviceUse(),
  ]);
  const sample = stats === undefined ? undefined : toSample(stats);
  if (sample === undefined || devices.size === 0) return sample;
  const inspected = await askFor(() => container.inspect(), signal);
  const own = (inspected?.HostConfig.DeviceRequests ?? []).flatMap(
    ({ DeviceIDs }) => DeviceIDs ?? [],
  );
  return { ...sample, ...useOf(own, devices) };
}

/** Pure. */
export function toSample(stats: Dockerode.ContainerStats): ResourceSample | undefined {
  const { cpu_stats: cpu, precpu_stats: before, memory_stats: memory } = stats;
  const nanoseconds = (Date.parse(stats.read) - Date.parse(stats.preread)) * 1e6;
  // What does not run any more is all zeros; a first sample has nothing before it.
  if (!(memory.usage > 0) || !(nanoseconds > 0) || stats.preread.startsWith("0001-"))
    return undefined;
  // Since version 1.27 of the API there is a value per network interface; without a network there is none.
  const networks: readonly { rx_bytes: number; tx_bytes: number }[] = Object.values(
    stats.networks ?? {},
  );
  return {
    at: stats.read,
    cpus: Math.max(0, (cpu.cpu_usage.total_usage - before.cpu_usage.total_usage) / nanoseconds),
    // Cached files that nobody reads are given back when memory is short. The name is of cgroup v1, the second of v2.
    memoryBytes:
      memory.usage - (memory.stats.total_inactive_file ?? memory.stats.inactive_file ?? 0),
    memoryLimitBytes: memory.limit,
    networkReceivedBytes: networks.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    networkSentBytes: networks.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
  };
}
