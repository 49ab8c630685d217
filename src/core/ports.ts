import type { Builder } from "./builder.ts";
import type { Reach } from "./daemon.ts";
import type { Database } from "./database.ts";
import type { Engine } from "./engine.ts";
import type { EventBus } from "./events.ts";
import type { CommitStatuses, WebhookReceiver } from "./forge.ts";
import type { Leases } from "./lease.ts";
import type { LogStore } from "./log-store.ts";
import type { Logger } from "./logger.ts";
import type { ManifestParser } from "./manifest.ts";
import type { Metrics } from "./metrics.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Planner } from "./operator.ts";
import type { Outward } from "./outward.ts";
import type { ForgeKind } from "./project.ts";
import type { Repository } from "./repository.ts";
import type { Keep } from "./retention.ts";
import type { Workspaces } from "./workspace.ts";

/** Everything that the pipeline and the API touch outside themselves. A function takes `Pick<Ports, …>`: what it uses, and no more. */
export interface Ports {
  readonly database: Database;
  readonly events: EventBus;
  readonly repository: Repository;
  readonly receivers: ReadonlyMap<ForgeKind, WebhookReceiver>;
  readonly statuses: ReadonlyMap<ForgeKind, CommitStatuses>;
  readonly outward: Outward;
  readonly manifests: ManifestParser;
  readonly planner: Planner;
  readonly builder: Builder;
  readonly engines: ReadonlyMap<string, Engine>;
  /** Source archives. */
  readonly archives: ObjectStore;
  /** The projects' input and output buckets. */
  readonly buckets: ObjectStore;
  readonly workspaces: Workspaces;
  readonly logs: LogStore;
  readonly leases: Leases;
  readonly reach: Reach;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The API token of a run, the same each time it is asked. */
  readonly runToken: (experimentId: string, runName: string) => string;
  /** Why the server takes nothing new now (a full disk), or the engine if one is named; undefined where all is well. */
  readonly closedBecause: (engine?: string) => Promise<string | undefined>;
  /** Experiments between Waiting and their end at one time, over all projects; undefined is no limit. */
  readonly maxActive: number | undefined;
  readonly keep: Keep;
  /** How large the disk is that images and the build cache lie on. */
  readonly dockerDiskBytes: () => Promise<number>;
  /** Why this clone URL is refused; undefined where it may be fetched. */
  readonly refuseRepository: (url: string) => string | undefined;
  /** PUBLIC_URL, without a slash at its end. */
  readonly publicUrl: string;
  /** The API as containers reach it. */
  readonly runUrl: string;
}
