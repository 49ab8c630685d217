import type { Machine } from "./engine.ts";
import type { ReplicaResources } from "./manifest.ts";
import type { ReservedReplica } from "./run.ts";

/** Replicas that need room, all of them at once. */
export interface Demanding {
  readonly replicas: readonly { readonly name: string; readonly resources: ReplicaResources }[];
}

/** A machine with what is free on it. */
export interface Free {
  readonly machine: Machine;
  cpus: number;
  memoryBytes: number;
  devices: Machine["devices"];
}

export function freeOf(machine: Machine, reservations: readonly ReservedReplica[]): Free {
  const here = reservations.filter((reservation) => reservation.machine === machine.name);
  const taken = new Set(here.flatMap((reservation) => reservation.devices));
  return {
    machine,
    cpus: machine.cpus - sum(here.map((reservation) => reservation.cpus)),
    memoryBytes: machine.memoryBytes - sum(here.map((reservation) => reservation.memoryBytes)),
    devices: machine.devices.filter((device) => !taken.has(device.id)),
  };
}

/** Places every replica, first fit, and takes its share from `free`; all of them or none. */
export function fit(run: Demanding, free: Free[]): readonly ReservedReplica[] | undefined {
  const trial = free.map((each) => ({ ...each }));
  const placed: ReservedReplica[] = [];
  for (const { name, resources } of run.replicas) {
    const { cpus, memoryBytes, gpu } = resources;
    const count = gpu?.count ?? 0;
    const room = trial.find(
      (each) =>
        each.cpus >= cpus &&
        each.memoryBytes >= memoryBytes &&
        matching(each.devices, gpu?.product).length >= count,
    );
    if (room === undefined) return undefined;
    const devices = matching(room.devices, gpu?.product)
      .slice(0, count)
      .map(({ id }) => id);
    room.cpus -= cpus;
    room.memoryBytes -= memoryBytes;
    room.devices = room.devices.filter(({ id }) => !devices.includes(id));
    placed.push({ replica: name, machine: room.machine.name, cpus, memoryBytes, devices });
  }
  free.splice(0, free.length, ...trial);
  return placed;
}

/** The devices that a product name, or an alias of it, means. */
function matching(devices: Machine["devices"], product: string | undefined): Machine["devices"] {
  if (product === undefined) return devices;
  const wanted = product.toLowerCase();
  return devices.filter((device) =>
    [device.product, ...device.aliases].some((name) => name.toLowerCase() === wanted),
  );
}

/** Why a run can never fit on these machines, however empty; undefined where it can. */
export function neverFits(
  replicas: readonly { readonly name: string; readonly resources: ReplicaResources }[],
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
  const empty = machines.map((machine) => freeOf(machine, []));
  if (fit({ replicas }, empty) !== undefined) return undefined;
  return `${replicas.length} replicas that together ${demand({ replicas })}: engine ${name} is too small for them all at once.`;
}

export function demand({ replicas }: Demanding): string {
  const gpus = sum(replicas.map(({ resources }) => resources.gpu?.count ?? 0));
  const cpus = sum(replicas.map(({ resources }) => resources.cpus));
  const memory = gibibytes(sum(replicas.map(({ resources }) => resources.memoryBytes)));
  return `needs ${gpus > 0 ? `${plural(gpus, "GPU")}, ` : ""}${plural(cpus, "CPU")} and ${memory} GiB`;
}

/** What is short, in the words of the note: "needs 2 GPUs, 1 free". */
export function shortage(run: Demanding, free: readonly Free[]): string {
  const wanted = (pick: (resources: ReplicaResources) => number): number =>
    sum(run.replicas.map(({ resources }) => pick(resources)));
  const product = run.replicas.find(({ resources }) => resources.gpu !== undefined)?.resources.gpu
    ?.product;
  const gpus = {
    needed: wanted(({ gpu }) => gpu?.count ?? 0),
    free: sum(free.map((each) => matching(each.devices, product).length)),
  };
  const cpus = {
    needed: wanted((resources) => resources.cpus),
    free: sum(free.map((each) => each.cpus)),
  };
  const memory = {
    needed: wanted((resources) => resources.memoryBytes),
    free: sum(free.map((each) => each.memoryBytes)),
  };
  if (gpus.needed > gpus.free) return `needs ${plural(gpus.needed, "GPU")}, ${gpus.free} free`;
  if (cpus.needed > cpus.free)
    return `needs ${plural(cpus.needed, "CPU")}, ${round(cpus.free)} free`;
  if (memory.needed > memory.free)
    return `needs ${gibibytes(memory.needed)} GiB of memory, ${gibibytes(memory.free)} free`;
  return `${demand(run)}, free but not together on one machine`;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const round = (value: number): number => Math.round(value * 100) / 100;
const gibibytes = (bytes: number): number => round(bytes / 2 ** 30);
const plural = (count: number, noun: string): string =>
  `${round(count)} ${noun}${count === 1 ? "" : "s"}`;
