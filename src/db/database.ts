import type { Knex } from "knex";

import type { Database, Held, Section, Stores } from "../core/database.ts";
import type { Hint } from "../core/events.ts";
import type { Job } from "../core/job.ts";
import { PostgresAdmissionStore } from "./admissions.ts";
import { advisoryLocks } from "./advisory-locks.ts";
import { PostgresDaemonStore } from "./daemons.ts";
import { reachable, unavailable } from "./database-away.ts";
import { releaseDeadInstances } from "./dead-instances.ts";
import { PostgresDeliveryStore } from "./deliveries.ts";
import { PostgresDestinationStore } from "./destinations.ts";
import type { PostgresEventBus } from "./event-bus.ts";
import { PostgresExperimentStore } from "./experiments.ts";
import { PostgresFigureStore } from "./figures.ts";
import { PostgresImageStore } from "./images.ts";
import { PostgresInvariantStore } from "./invariants.ts";
import { PostgresQueue } from "./jobs.ts";
import { PostgresLogIndex } from "./log-files.ts";
import { PostgresMetricStore } from "./metrics.ts";
import { PostgresOutbox } from "./outbox.ts";
import { PostgresPollStore } from "./polls.ts";
import { PostgresProjectStore } from "./projects.ts";
import { query } from "./query.ts";
import { PostgresRetentionStore } from "./retention.ts";
import { retried } from "./retried.ts";
import { PostgresRunStore } from "./runs.ts";
import { PostgresSecretStore } from "./secrets.ts";
import { PostgresTokenStore } from "./tokens.ts";
import { type Db, inTransaction } from "./transaction.ts";
import { PostgresUserStore } from "./users.ts";

export interface DatabaseOptions {
  readonly secretKey: Uint8Array;
  readonly events: PostgresEventBus;
  /** This server's registration. */
  readonly instance: () => string | undefined;
  /** The Docker daemons that this server reaches; undefined, or left out: all. */
  readonly daemons?: () => readonly string[] | undefined;
}

type Work<T> = (stores: Stores, db: Db) => Promise<T>;

export function createDatabase(knex: Knex, options: DatabaseOptions): Database {
  const { events } = options;

  /** Rows are locked in many orders: of two that cross, one is done again, with hints of its own. */
  const whole = <T>(work: Work<T>): Promise<T> => retried(() => reachable(() => once(work)));

  async function once<T>(work: Work<T>): Promise<T> {
    const hints: Hint[] = [];
    const publish = (...more: readonly Hint[]): void => void hints.push(...more);
    const result = await inTransaction(knex, (db) =>
      work(createStores(db, options, { publish }), db),
    );
    events.publish(...hints);
    return result;
  }

  return {
    ...createStores(knex, options, events),
    transaction: (work) => whole(work),
    holding: (job, work) => whole((stores) => underClaim(stores, job, work)),
    exclusively: (section, work) =>
      whole(async (stores, db) => ((await lock(db, section)) ? work(stores) : undefined)),
    async check() {
      try {
        await query(knex, `select from jobs limit 1`);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** The lock goes out with the first statement of `work`, before it. */
async function underClaim<T>(
  stores: Stores,
  job: Job,
  work: (stores: Stores) => Promise<T>,
): Promise<Held<T>> {
  const holds = stores.queue.hold(job);
  const [held, worked] = await Promise.allSettled([holds, work(stores)]);
  // Whatever went wrong without the claim went wrong for the lack of it.
  if (held.status === "rejected") throw held.reason;
  if (worked.status === "rejected") throw worked.reason;
  return { held: held.value, answer: worked.value };
}

/** Until the transaction ends. */
async function lock(db: Db, section: Section): Promise<boolean> {
  const [row] = await query<{ mine: boolean }>(
    db,
    `select pg_try_advisory_xact_lock(${advisoryLocks[section]}) as mine`,
  );
  return row?.mine === true;
}

function createStores(db: Db, options: DatabaseOptions, events: Stores["events"]): Stores {
  return {
    projects: new PostgresProjectStore(db, options.secretKey),
    secrets: new PostgresSecretStore(db, options.secretKey),
    polls: new PostgresPollStore(db),
    experiments: new PostgresExperimentStore(db),
    runs: new PostgresRunStore(db),
    deliveries: new PostgresDeliveryStore(db),
    destinations: new PostgresDestinationStore(db, options.secretKey),
    outbox: new PostgresOutbox(db, options.secretKey),
    images: new PostgresImageStore(db),
    retention: new PostgresRetentionStore(db),
    tokens: new PostgresTokenStore(db),
    users: new PostgresUserStore(db),
    logs: new PostgresLogIndex(db),
    queue: new PostgresQueue(db, options.instance, options.daemons),
    daemons: new PostgresDaemonStore(db),
    admission: new PostgresAdmissionStore(db),
    invariants: new PostgresInvariantStore(db),
    figures: new PostgresFigureStore(db),
    runMetrics: new PostgresMetricStore(db),
    servers: { releaseDead: () => releaseDeadInstances(db) },
    events,
  };
}
