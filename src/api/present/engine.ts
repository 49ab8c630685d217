import type { EngineAnswer } from "../../contract/operations.ts";
import type { Engine, Machine } from "../../core/engine.ts";
import type { HoldState } from "../../core/hold.ts";
import type { ReservedReplica } from "../../core/run.ts";
import { gibibytes } from "./run.ts";

/** What an engine is shown with. */
export interface EngineState {
  /** undefined: it does not answer. */
  readonly machines: readonly Machine[] | undefined;
  readonly state: HoldState;
  /** Why nothing new is started on it. */
  readonly closed: string | undefined;
  readonly reservations: readonly ReservedReplica[];
}

export function presentEngine(
  { name, kind }: Pick<Engine, "name" | "kind">,
  { machines, state, closed, reservations }: EngineState,
): EngineAnswer {
  return {
    name,
    kind,
    paused: state !== "open",
    state,
    closed: closed ?? null,
    machines: machines?.map(presentMachine) ?? null,
    reservations: reservations.map(({ replica, machine, cpus, memoryBytes, devices }) => ({
      replica,
      machine,
      cpus,
      memoryGb: gibibytes(memoryBytes),
      devices: [...devices],
    })),
  };
}

function presentMachine({ name, cpus, memoryBytes, devices }: Machine) {
  return {
    name,
    cpus,
    memoryGb: gibibytes(memoryBytes),
    devices: devices.map(({ id, product, aliases }) => ({ id, product, aliases: [...aliases] })),
  };
}
