import type { Machine } from "./engine.ts";
import type { ReplicaResources } from "./manifest.ts";
import type { ReservedReplica } from "./run.ts";

/** Replicas that need room, all of them at once. */
export interface Demanding {
  readonly replicas: readonly { readonly name: string; readonly resources: ReplicaResources }[];
}

/** A machine with what is free on it. Less than nothing is free where room is kept that is still taken. */
export interface Free {
  readonly machine: Machine;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly devices: Machine["devices"];
}

/** Machines on which nothing is. */
export function whole(machines: readonly Machine[]): readonly Free[] {
  return machines.map((machine) => {
    const { cpus, memoryBytes, devices } = machine;
    return { machine, cpus, memoryBytes, devices };
  });
}

/** What is left once these are placed. */
export function take(
  free: readonly Free[],
  reservations: readonly ReservedReplica[],
): readonly Free[] {
  return free.map((each) => {
    const here = reservations.filter(({ machine }) => machine === each.machine.name);
    if (here.length === 0) return each;
    const taken = new Set(here.flatMap(({ devices }) => devices));
    return {
      machine: each.machine,
      cpus: each.cpus - sum(here.map(({ cpus }) => cpus)),
      memoryBytes: each.memoryBytes - sum(here.map(({ memoryBytes }) => memoryBytes)),
      devices: each.devices.filter(({ id }) => !taken.has(id)),
    };
  });
}

/** Places every replica, the largest first and each where it leaves least over; all of them or none. */
export function fit(run: Demanding, free: readonly Free[]): readonly ReservedReplica[] | undefined {
  let left = free;
  const placed: ReservedReplica[] = [];
  for (const { name, resources } of largestFirst(run)) {
    const room = left
      .filter((each) => hasRoom(each, resources))
      .toSorted((a, b) => a.devices.length - b.devices.length || a.cpus - b.cpus)
      .at(0);
    if (room === undefined) return undefined;
    const reservation = reserve(name, resources, room);
    left = take(left, [reservation]);
    placed.push(reservation);
  }
  const order = new Map(run.replicas.map(({ name }, index) => [name, index]));
  return placed.toSorted((a, b) => (order.get(a.replica) ?? 0) - (order.get(b.replica) ?? 0));
}

/**
 * What is left for others where a run that does not fit yet shall come next: each of its replicas keeps its share of
 * the machine that lacks least for it. Whoever takes nothing of that may still pass. The choice only moves to a machine
 * that lacks less, so what is lacking only shrinks.
 */
export function keepRoom(run: Demanding, free: readonly Free[]): readonly Free[] {
  let left = free;
  let empty = whole(free.map(({ machine }) => machine));
  for (const { name, resources } of largestFirst(run)) {
    const able = new Set(
      empty.filter((each) => hasRoom(each, resources)).map(({ machine }) => machine.name),
    );
    const nearest = left
      .filter(({ machine }) => able.has(machine.name))
      .toSorted((a, b) => byLack(lack(a, resources), lack(b, resources)))
      .at(0);
    const wholly = empty.find(({ machine }) => machine === nearest?.machine);
    if (nearest === undefined || wholly === undefined) return free;
    left = take(left, [reserve(name, resources, nearest)]);
    empty = take(empty, [reserve(name, resources, wholly)]);
  }
  return left;
}

interface Lack {
  readonly gpus: number;
  readonly cpus: number;
  readonly memoryBytes: number;
}

function lack(free: Free, { cpus, memoryBytes, gpu }: ReplicaResources): Lack {
  const gpus = (gpu?.count ?? 0) - matching(free.devices, gpu?.product).length;
  return {
    gpus: Math.max(0, gpus),
    cpus: Math.max(0, cpus - free.cpus),
    memoryBytes: Math.max(0, memoryBytes - free.memoryBytes),
  };
}

const byLack = (a: Lack, b: Lack): number =>
  a.gpus - b.gpus || a.cpus - b.cpus || a.memoryBytes - b.memoryBytes;

/** Sums of fractions of processors differ by so much from what people add up. */
const ROUNDING = 1e-6;

function hasRoom(free: Free, { cpus, memoryBytes, gpu }: ReplicaResources): boolean {
  return (
    free.cpus + ROUNDING >= cpus &&
    free.memoryBytes >= memoryBytes &&
    matching(free.devices, gpu?.product).length >= (gpu?.count ?? 0)
  );
}

/** Its share of a machine, with as many devices as there are of those that it needs. */
function reserve(replica: string, resources: ReplicaResources, free: Free): ReservedReplica {
  const { cpus, memoryBytes, gpu } = resources;
  const devices = matching(free.devices, gpu?.product)
    .slice(0, gpu?.count ?? 0)
    .map(({ id }) => id);
  return { replica, machine: free.machine.name, cpus, memoryBytes, devices };
}

const largestFirst = ({ replicas }: Demanding): Demanding["replicas"] =>
  replicas.toSorted(
    ({ resources: a }, { resources: b }) =>
      (b.gpu?.count ?? 0) - (a.gpu?.count ?? 0) || b.cpus - a.cpus || b.memoryBytes - a.memoryBytes,
  );

/** The devices that a product name, or an alias of it, means; all of them where none is asked for. */
export function matching(
  devices: Machine["devices"],
  product: string | undefined,
): Machine["devices"] {
  if (product === undefined) return devices;
  const wanted = product.toLowerCase();
  return devices.filter((device) =>
    [device.product, ...device.aliases].some((name) => name.toLowerCase() === wanted),
  );
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
