import type { Machine } from "./engine.ts";
import { type Demanding, fit, type Free, matching, whole } from "./placement.ts";

/** Why a run can never fit on these machines, however empty; undefined where it can. */
export function neverFits(
  replicas: Demanding["replicas"],
  engine: { readonly name: string; readonly machines: readonly Machine[] },
): string | undefined {
  const { name, machines } = engine;
  for (const { resources } of replicas) {
    const { cpus, memoryBytes, gpu } = resources;
    const most = {
      cpus: Math.max(0, ...machines.map((machine) => machine.cpus)),
      memory: Math.max(0, ...machines.map((machine) => machine.memoryBytes)),
      gpus: Math.max(
        0,
        ...machines.map((machine) => matching(machine.devices, gpu?.product).length),
      ),
    };
    if (cpus > most.cpus)
      return `${cpus} CPUs: the largest machine of engine ${name} has ${most.cpus}.`;
    if (memoryBytes > most.memory)
      return `${gibibytes(memoryBytes)} GiB of memory: the largest machine of engine ${name} has ${gibibytes(most.memory)}.`;
    if (gpu !== undefined && gpu.count > most.gpus) {
      const kind = gpu.product === undefined ? "GPUs" : `GPUs of product ${gpu.product}`;
      return `${gpu.count} ${kind}: the largest machine of engine ${name} has ${most.gpus}.`;
    }
  }
  if (fit({ replicas }, whole(machines)) !== undefined) return undefined;
  const has = amount({
    gpus: sum(machines.map(({ devices }) => devices.length)),
    cpus: sum(machines.map(({ cpus }) => cpus)),
    memoryBytes: sum(machines.map(({ memoryBytes }) => memoryBytes)),
  });
  const where = machines.length === 1 ? "" : ` on ${machines.length} machines`;
  return `${replicas.length} replicas need ${amount(wantedBy(replicas))} together, and all run at once: engine ${name} has ${has}${where}.`;
}

export const demand = ({ replicas }: Demanding): string => `needs ${amount(wantedBy(replicas))}`;

interface Amount {
  readonly gpus: number;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const wantedBy = (replicas: Demanding["replicas"]): Amount => ({
  gpus: sum(replicas.map(({ resources }) => resources.gpu?.count ?? 0)),
  cpus: sum(replicas.map(({ resources }) => resources.cpus)),
  memoryBytes: sum(replicas.map(({ resources }) => resources.memoryBytes)),
});

const amount = ({ gpus, cpus, memoryBytes }: Amount): string =>
  `${gpus > 0 ? `${plural(gpus, "GPU")}, ` : ""}${plural(cpus, "CPU")} and ${gibibytes(memoryBytes)} GiB`;

/** What is short, in the words of the note: "needs 2 GPUs, 1 free". */
export function shortage(run: Demanding, free: readonly Free[]): string {
  const wanted = run.replicas.map(({ resources }) => resources);
  for (const product of new Set(wanted.map(({ gpu }) => gpu?.product))) {
    const its = wanted.filter(({ gpu }) => gpu?.product === product);
    const needed = sum(its.map(({ gpu }) => gpu?.count ?? 0));
    const left = sum(free.map(({ devices }) => matching(devices, product).length));
    const kind = product === undefined ? "" : ` of product ${product}`;
    if (needed > left) return `needs ${plural(needed, "GPU")}${kind}, ${left} free`;
  }
  const cpus = sum(wanted.map((resources) => resources.cpus));
  const freeCpus = sum(free.map((each) => Math.max(0, each.cpus)));
  if (cpus > freeCpus) return `needs ${plural(cpus, "CPU")}, ${round(freeCpus)} free`;
  const memory = sum(wanted.map(({ memoryBytes }) => memoryBytes));
  const freeMemory = sum(free.map(({ memoryBytes }) => Math.max(0, memoryBytes)));
  if (memory > freeMemory)
    return `needs ${gibibytes(memory)} GiB of memory, ${gibibytes(freeMemory)} free`;
  return `${demand(run)}, free but not together on one machine`;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const round = (value: number): number => Math.round(value * 100) / 100;
const gibibytes = (bytes: number): number => round(bytes / 2 ** 30);
const plural = (count: number, noun: string): string =>
  `${round(count)} ${noun}${count === 1 ? "" : "s"}`;
