import type { Engine } from "../core/engine.ts";
import { EngineUnreachableError } from "../core/errors.ts";
import type { Ports } from "../core/ports.ts";
import type { ServerReach } from "./reach.ts";
import { Rounds } from "./rounds.ts";
import { Trouble } from "./trouble.ts";

/** Well below what `db/daemons.ts` takes for away. */
const EVERY_MS = 3000;

type WatchPorts = Pick<Ports, "database" | "engines" | "events" | "leases" | "log" | "reach">;

/**
 * Meets the Docker daemons that this server reaches and tells the other servers of them, and takes over what nobody else
 * reaches any more. Nothing of it is done where no other server can be.
 */
export class DaemonWatch {
  readonly #ports: WatchPorts;
  readonly #reach: ServerReach;
  readonly #address: string;
  readonly #places = new Set<string>();
  readonly #rounds: readonly Rounds[];

  /** `address` is where Docker is asked: DOCKER_HOST. */
  constructor(
    ports: WatchPorts,
    { reach, address }: { readonly reach: ServerReach; readonly address: string },
  ) {
    this.#ports = ports;
    this.#reach = reach;
    this.#address = address;
    const trouble = (): Trouble =>
      new Trouble(ports.log, {
        failed: "the Docker daemons cannot be told to the other servers, and it is tried again",
        again: "the Docker daemons are told to the other servers again",
      });
    const round = (work: (signal: AbortSignal) => Promise<void>): Rounds =>
      new Rounds({ everyMs: EVERY_MS, work, trouble: trouble() });
    this.#rounds = [
      ...[...ports.engines.values()].map((engine) => round((signal) => this.#meet(engine, signal))),
      round(() => this.#adopt()),
      round(() => this.#tellStranded()),
    ];
  }

  start(): void {
    if (this.#reach.daemons === undefined) return;
    for (const rounds of this.#rounds) rounds.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((rounds) => rounds.stop()));
  }

  async #meet(engine: Engine, signal: AbortSignal): Promise<void> {
    const { database, log } = this.#ports;
    try {
      const machines = await engine.capacity(signal);
      const daemon = await engine.daemon(signal);
      if (daemon === undefined) return;
      const place = `${daemon.host} ${this.#address}`;
      this.#places.add(place);
      if (this.#reach.meet(daemon.id)) {
        log.info({ engine: engine.name, daemon: daemon.id, host: daemon.host }, "met Docker");
        await this.#wake();
      }
      await database.daemons.saw({ ...daemon, engine: engine.name, place, machines });
    } catch (error) {
      // Whoever needs it says so.
      if (!(error instanceof EngineUnreachableError)) throw error;
    }
  }

  async #adopt(): Promise<void> {
    const orphaned = await this.#ports.database.daemons.orphaned([...this.#places]);
    const adopted = this.#reach.adopt(orphaned);
    if (adopted.length === 0) return;
    this.#ports.log.info(
      { daemons: adopted },
      "no server reaches these Docker daemons any more: what was theirs goes on here",
    );
    await this.#wake();
  }

  async #tellStranded(): Promise<void> {
    const { database, events, leases } = this.#ports;
    if (!(await leases.take("stranded"))) return;
    const stranded = await database.daemons.stranded();
    const notes = stranded.map(({ experimentId: id, host }) => ({
      id,
      note: `waiting for a server that reaches Docker on ${host}`,
    }));
    for (const { id, projectId } of await database.experiments.notes(notes))
      await events.publish({ kind: "experiment", experimentId: id, projectId });
  }

  async #wake(): Promise<void> {
    await this.#ports.events.publish({ kind: "work" }, { kind: "schedule" });
  }
}
