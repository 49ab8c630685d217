import type { Engine } from "../core/engine.ts";
import type { Ports } from "../core/ports.ts";
import { InvariantWatch } from "./invariant-watch.ts";
import { pollRepositories } from "./polling.ts";
import { Prune } from "./prune.ts";
import { pruneDataDirectory } from "./retention/data-directory.ts";
import { pruneDocker } from "./retention/docker.ts";
import { removeFiles } from "./retention/remove-files.ts";
import { type Round, Rounds } from "./rounds.ts";
import { refusal } from "./run/refusal.ts";
import { Trouble } from "./trouble.ts";
import { RefReconciler } from "./verbs/reconcile-refs.ts";

const DEAD_SERVERS_MS = 200;
/** Orphans, unreported pushes, and whether there is something to prune. */
const SLOWLY_MS = 6000;
const POLLS_MS = 1000;
const INVARIANTS_MS = 60_000;
const SECRETS_MS = 60_000;
const PRUNE_MS = 2000;

/**
 * Expired leases, orphaned workloads, pushes that nobody reported, retention. Each goes its own rounds: an engine that
 * hangs holds up nothing else. One server at a time does the slow ones, by a lease that ends with its session.
 */
export class Sweep {
  readonly #ports: Ports;
  readonly #rounds: readonly Rounds[];

  constructor(ports: Ports) {
    this.#ports = ports;
    const refs = new RefReconciler(ports);
    const docker = new Prune(ports, (signal) => pruneDocker(ports, signal));
    const dataDirectory = new Prune(ports, (signal) => pruneDataDirectory(ports, signal));
    const invariants = new InvariantWatch(ports);
    this.#rounds = [
      this.#part("dead servers", DEAD_SERVERS_MS, () => this.#releaseDead()),
      ...[...ports.engines.values()].map((engine) =>
        this.#part(
          "orphaned workloads",
          SLOWLY_MS,
          (signal) => this.#removeOrphans(engine, signal),
          { engine: engine.name },
        ),
      ),
      this.#part("unreported pushes", SLOWLY_MS, () => this.#alone(() => refs.reconcile())),
      this.#part("polled repositories", POLLS_MS, (signal) => pollRepositories(ports, signal)),
      this.#part("invariants", INVARIANTS_MS, () => this.#askInvariants(invariants)),
      this.#part("files of what is gone", SLOWLY_MS, (signal) =>
        this.#alone(() => removeFiles(ports, signal)),
      ),
      this.#part("replaced secrets", SECRETS_MS, () =>
        this.#alone(() => ports.database.secrets.erase()),
      ),
      this.#part("unused images", PRUNE_MS, (signal) => docker.ifDue(signal)),
      this.#part("old archives and logs", PRUNE_MS, (signal) => dataDirectory.ifDue(signal)),
    ];
  }

  start(): void {
    for (const rounds of this.#rounds) rounds.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((rounds) => rounds.stop()));
  }

  #part(part: string, everyMs: number, work: Round["work"], fields: object = {}): Rounds {
    const words = {
      failed: "a part of the sweep fails, and is tried again",
      again: "a part of the sweep works again",
    };
    const trouble = new Trouble(this.#ports.log, words, { part, ...fields });
    return new Rounds({ everyMs, work, trouble });
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (await this.#ports.leases.take("sweep")) await work();
  }

  async #askInvariants(invariants: InvariantWatch): Promise<void> {
    if (await this.#ports.leases.take("sweep")) await invariants.ask();
    else invariants.rest();
  }

  async #releaseDead(): Promise<void> {
    const { database, events, log } = this.#ports;
    const released = await database.exclusively("sweep", ({ servers }) => servers.releaseDead());
    if (released === undefined || released === 0) return;
    log.warn({ jobs: released }, "a server died; its work goes on here");
    await events.publish({ kind: "work" });
  }

  /** Known by the attempt's id, which the workload carries: a crash may come before the engine's id is written. */
  async #removeOrphans(engine: Engine, signal: AbortSignal): Promise<void> {
    const daemon = await engine.daemon(signal);
    // One server for each Docker daemon: those on other machines see only theirs.
    const lease = daemon === undefined ? "sweep" : `sweep ${engine.name} ${daemon.id}`;
    if (!(await this.#ports.leases.take(lease))) return;
    const listed = await engine.list(signal);
    if (listed.length === 0) return;
    const over = new Set(
      await this.#ports.database.runs.notLive(listed.map(({ attemptId }) => attemptId)),
    );
    const kept: string[] = [];
    for (const { attemptId, engineId } of listed) {
      if (!over.has(attemptId)) continue;
      const why = await refusal(() => engine.remove(engineId));
      if (why !== undefined) kept.push(`${attemptId}: ${why}`);
      else
        this.#ports.log.warn(
          { engine: engine.name, attemptId },
          "an orphaned workload was removed",
        );
    }
    // One that cannot be removed holds up no other.
    if (kept.length > 0)
      throw new Error(`orphaned workloads cannot be removed: ${kept.join("; ")}`);
  }
}
