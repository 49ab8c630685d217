import type { TokenStore, UserStore } from "./access.ts";
import type { AdmissionStore } from "./admission.ts";
import type { DaemonStore } from "./daemon.ts";
import type { DeliveryStore } from "./delivery.ts";
import type { EventBus } from "./events.ts";
import type { ExperimentStore } from "./experiment-store.ts";
import type { FigureStore } from "./figures.ts";
import type { ImageStore } from "./image-store.ts";
import type { InvariantStore } from "./invariant.ts";
import type { Job, Queue } from "./job.ts";
import type { LogIndex } from "./log-store.ts";
import type { DestinationStore, Outbox } from "./notice.ts";
import type { PollStore } from "./polling.ts";
import type { ProjectStore } from "./project.ts";
import type { RetentionStore } from "./retention.ts";
import type { MetricStore } from "./run-metrics.ts";
import type { RunStore } from "./run.ts";
import type { SecretStore } from "./secret.ts";

export interface Stores {
  readonly projects: ProjectStore;
  readonly secrets: SecretStore;
  readonly polls: PollStore;
  readonly experiments: ExperimentStore;
  readonly runs: RunStore;
  readonly deliveries: DeliveryStore;
  readonly destinations: DestinationStore;
  readonly outbox: Outbox;
  readonly images: ImageStore;
  readonly retention: RetentionStore;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly logs: LogIndex;
  readonly queue: Queue;
  readonly daemons: DaemonStore;
  readonly admission: AdmissionStore;
  readonly servers: ServerStore;
  readonly invariants: InvariantStore;
  readonly figures: FigureStore;
  readonly runMetrics: MetricStore;
  readonly events: Pick<EventBus, "publish">;
}

/** The servers that share this database. */
export interface ServerStore {
  /** Ends the leases of those that died; answers how many jobs became due by it. */
  releaseDead(): Promise<number>;
}

/**
 * Everything kept. Inside `transaction` the same stores, all or nothing; hints go out after the commit. A transaction that
 * crossed another is done again from its beginning: `work` reads and writes these stores, and changes nothing else.
 */
export interface Database extends Stores {
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /**
   * The same under a claim: its job is locked before anything else, and answered with the wakes until then, so that all of
   * them were seen by what `work` reads. Throws LostLeaseError where the claim no longer holds.
   */
  holding<T>(job: Job, work: (stores: Stores) => Promise<T>): Promise<Held<T>>;
  /** Runs `work` in a transaction if no other server is in the same section; else answers undefined at once. */
  exclusively<T>(section: Section, work: (stores: Stores) => Promise<T>): Promise<T | undefined>;
  /** Whether it answers now, and has the schema that this server knows. */
  check(): Promise<void>;
}

export interface Held<T> {
  readonly held: Job;
  readonly answer: T;
}

/** What only one server may do at a time. */
export type Section = "scheduler" | "sweep";
