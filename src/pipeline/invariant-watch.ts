import type { Ports } from "../core/ports.ts";
import { brokenInvariants } from "./invariants.ts";

type WatchPorts = Pick<Ports, "database" | "engines" | "log" | "metrics" | "maxActive">;

/** Asks what must always hold. What does not is told once, and again when other rows break it. */
export class InvariantWatch {
  readonly #ports: WatchPorts;
  #told: ReadonlyMap<string, string> = new Map();

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  async ask(): Promise<void> {
    const { database, engines, log, maxActive } = this.#ports;
    const broken = await brokenInvariants(database, engines, maxActive);
    this.#show(new Map(broken.map(({ name, rows }) => [name, rows.length])));
    const told = new Map(broken.map(({ name, rows }) => [name, JSON.stringify(rows)]));
    for (const { name, sentence, rows } of broken)
      if (this.#told.get(name) !== told.get(name))
        log.error({ invariant: name, sentence, rows }, "an invariant is broken");
    for (const name of this.#told.keys())
      if (!told.has(name)) log.info({ invariant: name }, "an invariant holds again");
    this.#told = told;
  }

  /** Another server asks: what was shown here is no longer known. */
  rest(): void {
    this.#show(new Map());
    this.#told = new Map();
  }

  #show(violations: ReadonlyMap<string, number>): void {
    const { database, metrics } = this.#ports;
    for (const invariant of database.invariants.names)
      metrics.set("assay_invariant_violations", violations.get(invariant) ?? 0, { invariant });
  }
}
