import { randomUUID } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Logger } from "../core/logger.ts";
import type { PostgresConnection } from "./connect.ts";
import { bringUp, type Running } from "./embedded/bring-up.ts";
import { withLaunchLock } from "./embedded/launch-lock.ts";
import { findPostmaster, shutDown } from "./embedded/postmaster.ts";
import { isUsedByOthers, presence } from "./embedded/session.ts";

export type EmbeddedPostgresOptions = {
  /** Holds the cluster, its password, its log and, where the path is short enough, its socket. */
  readonly folder: string;
  /** More PostgreSQL settings, or other values for ours. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Pick<Logger, "warn">;
};

const ownSettings = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  max_connections: "200",
  shared_buffers: "128MB",
  max_wal_size: "512MB",
  random_page_cost: "1.1",
  // Compiling a statement takes longer than any of ours.
  jit: "off",
  // Transactions that cross are done again: the sooner PostgreSQL looks, the better.
  deadlock_timeout: "100ms",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Statements stay out of the log: they may hold what is secret.
  log_min_error_statement: "panic",
};

/**
 * A real PostgreSQL of our own, shared by all processes that start it on the same folder: the first launches it, the
 * last to stop ends it, and whoever comes after a crash adopts it. If it dies in between, it is started again.
 */
export class EmbeddedPostgres {
  readonly #options: EmbeddedPostgresOptions;
  readonly #name = `${presence}${randomUUID()}`;
  #running: Running | undefined;
  #recovery: Promise<void> | undefined;
  #stopping = new AbortController();

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = options;
  }

  /** Once, or again after stop(). Answers when the server takes statements. */
  async start(): Promise<PostgresConnection> {
    this.#stopping = new AbortController();
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    return this.#bringUp();
  }

  /**
   * Ends the server unless somebody else uses it, and says whether it did. Close your own connections first: every
   * session named `assay:…` counts as a user.
   */
  async stop(): Promise<boolean> {
    this.#stopping.abort();
    await this.#recovery;
    const running = this.#running;
    if (running === undefined) return true;
    this.#running = undefined;

    const folder = await realpath(this.#options.folder);
    return withLaunchLock(folder, async () => {
      await running.session.end();
      const data = join(folder, "data");
      const postmaster = await findPostmaster(data);
      if (postmaster === undefined) return true;
      if (await isUsedByOthers(running.connection, this.#name)) return false;
      await shutDown(folder, data, postmaster);
      return true;
    });
  }

  async #bringUp(): Promise<PostgresConnection> {
    const folder = await realpath(this.#options.folder);
    const settings = { ...ownSettings, ...this.#options.settings };
    const { signal } = this.#stopping;
    const running = await withLaunchLock(folder, () =>
      bringUp({ folder, settings, name: this.#name, signal }),
    );
    this.#running = running;
    running.session.once("end", () => {
      if (!signal.aborted) this.#recovery = this.#recover(signal);
    });
    return running.connection;
  }

  async #recover(signal: AbortSignal): Promise<void> {
    const { folder, log } = this.#options;
    log?.warn({ folder }, "the embedded PostgreSQL ended, starting it again");
    while (!signal.aborted) {
      try {
        await this.#bringUp();
        return;
      } catch (error) {
        if (signal.aborted) return;
        log?.warn({ folder, error }, "the embedded PostgreSQL does not start, will retry");
        await sleep(1_000, undefined, { signal }).catch(() => {});
      }
    }
  }
}
