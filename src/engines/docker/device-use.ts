import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { ResourceSample } from "../../core/engine.ts";

interface DeviceUse {
  /** 0 to 1. */
  readonly busy: number;
  readonly memoryBytes: number;
}

/** Where it is not there, or fails, it is not asked again while the server runs. */
let isMissing = false;

/** By the devices' ids, as NVIDIA's tool measures them; empty where there is none, as on another machine than Docker's. */
export async function readDeviceUse(): Promise<ReadonlyMap<string, DeviceUse>> {
  if (isMissing) return new Map();
  const query = ["--query-gpu=uuid,utilization.gpu,memory.used", "--format=csv,noheader,nounits"];
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", query, { timeout: 10_000 });
    return parseDeviceUse(stdout);
  } catch {
    isMissing = true;
    return new Map();
  }
}

/** `GPU-5a3c…, 87, 40536` line by line: percent, and MiB. */
export function parseDeviceUse(text: string): ReadonlyMap<string, DeviceUse> {
  const devices = new Map<string, DeviceUse>();
  for (const line of text.split("\n")) {
    const [id = "", percent = "", mebibytes = ""] = line.split(",").map((part) => part.trim());
    const [busy, memoryBytes] = [Number(percent) / 100, Number(mebibytes) * 2 ** 20];
    // "[N/A]" of devices that are divided.
    if (id !== "" && Number.isFinite(busy) && Number.isFinite(memoryBytes))
      devices.set(id, { busy, memoryBytes });
  }
  return devices;
}

/** What these devices do together; nothing of a container that has none. */
export function useOf(
  ids: readonly string[],
  devices: ReadonlyMap<string, DeviceUse>,
): Pick<ResourceSample, "gpus" | "gpuMemoryBytes"> {
  const own = ids.flatMap((id) => devices.get(id) ?? []);
  if (own.length === 0) return {};
  const sum = (pick: (device: DeviceUse) => number): number =>
    own.map(pick).reduce((total, value) => total + value, 0);
  return { gpus: sum(({ busy }) => busy), gpuMemoryBytes: sum(({ memoryBytes }) => memoryBytes) };
}
