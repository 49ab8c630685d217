import type { Builder } from "./builder.ts";
import type { Database } from "./database.ts";
import type { Engine } from "./engine.ts";
import type { EventBus } from "./events.ts";
import type { WebhookReceiver } from "./forge.ts";
import type { LogStore } from "./log-store.ts";
import type { Logger } from "./logger.ts";
import type { ManifestParser } from "./manifest.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Planner } from "./operator.ts";
import type { ForgeKind } from "./project.ts";
import type { Repository } from "./repository.ts";
import type { Workspaces } from "./workspace.ts";

/** Everything that the pipeline and the API touch outside themselves. A function takes `Pick<Ports, …>`: what it uses, and no more. */
export interface Ports {
  readonly database: Database;
  readonly events: EventBus;
  readonly repository: Repository;
  readonly receivers: ReadonlyMap<ForgeKind, WebhookReceiver>;
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
  readonly log: Logger;
  /** PUBLIC_URL, without a slash at its end. */
  readonly publicUrl: string;
  /** The API as containers reach it. */
  readonly runUrl: string;
}
