import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type Dockerode from "dockerode";

import type { Daemon, Device, Machine } from "../../core/engine.ts";
import { ask } from "./ask.ts";

/** Who the daemon is, and its machine, whole: what is taken of it the reservations know. */
export async function readMachine(
  docker: Dockerode,
  madeUpDevices?: readonly Device[],
  signal?: AbortSignal,
): Promise<{ readonly daemon: Daemon; readonly machine: Machine }> {
  const info: unknown = await ask(() => docker.info(), signal);
  const { ID, Name, NCPU, MemTotal, Runtimes } = toInfo(info);
  const devices = madeUpDevices ?? ("nvidia" in Runtimes ? await findDevices() : []);
  const machine = { name: Name, cpus: NCPU, memoryBytes: MemTotal, devices };
  return { daemon: { id: ID, host: Name }, machine };
}

/** `nvidia-smi --query-gpu=uuid,name --format=csv,noheader`, line by line. */
export function parseDevices(text: string): readonly Device[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/,\s*/))
    .flatMap(([id, product]) =>
      id && product ? [{ id, product, aliases: aliases(product) }] : [],
    );
}

/** The ways in which manifests write "NVIDIA A100-SXM4-80GB": nvidia-a100-sxm4-80gb, a100-sxm4-80gb, a100. */
function aliases(product: string): readonly string[] {
  const full = product.toLowerCase().replaceAll(/\s+/g, "-");
  const short = full.replace(/^(nvidia|tesla)-/, "").replace(/^(tesla|geforce)-/, "");
  const [model = short] = short.split("-");
  return [...new Set([full, short, model, `nvidia-${model}`, `nvidia-tesla-${model}`])];
}

/** Best effort: a daemon on another machine has devices that cannot be asked for from here. */
async function findDevices(): Promise<readonly Device[]> {
  const query = ["--query-gpu=uuid,name", "--format=csv,noheader"];
  const { stdout } = await promisify(execFile)("nvidia-smi", query, { timeout: 10_000 }).catch(
    () => ({ stdout: "" }),
  );
  return parseDevices(stdout);
}

interface Info {
  readonly ID: string;
  readonly Name: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Runtimes: object;
}

function toInfo(value: unknown): Info {
  const isInfo =
    typeof value === "object" &&
    value !== null &&
    "ID" in value &&
    "Name" in value &&
    "NCPU" in value &&
    "MemTotal" in value;
  if (!isInfo) throw new Error("Docker's answer to /info lacks ID, Name, NCPU or MemTotal.");
  const runtimes = "Runtimes" in value ? value.Runtimes : undefined;
  return {
    ID: String(value.ID),
    Name: String(value.Name),
    NCPU: Number(value.NCPU),
    MemTotal: Number(value.MemTotal),
    Runtimes: typeof runtimes === "object" && runtimes !== null ? runtimes : {},
  };
}
