import type { Database } from "../core/database.ts";
import type { Engine } from "../core/engine.ts";
import type { BrokenInvariant, EngineMachine } from "../core/invariant.ts";

const CAPACITY_TIMEOUT_MS = 2000;

/**
 * What does not hold although it always must. Reservations are held against those of `engines` that answer, and all
 * that is active against `maxActive`, where they are given.
 */
export async function brokenInvariants(
  database: Pick<Database, "invariants">,
  engines: ReadonlyMap<string, Pick<Engine, "name" | "capacity" | "daemon">> = new Map(),
  maxActive?: number,
): Promise<readonly BrokenInvariant[]> {
  const machines = await Promise.all([...engines.values()].map(machinesOf));
  return database.invariants.broken(machines.flat(), maxActive);
}

async function machinesOf(
  engine: Pick<Engine, "name" | "capacity" | "daemon">,
): Promise<readonly EngineMachine[]> {
  const signal = AbortSignal.timeout(CAPACITY_TIMEOUT_MS);
  try {
    const machines = await engine.capacity(signal);
    const daemon = await engine.daemon(signal);
    return machines.map((machine) => ({ ...machine, engine: engine.name, daemon: daemon?.id }));
  } catch {
    return [];
  }
}
