import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, type QueryResult } from "pg";

import type { Leases } from "../core/lease.ts";
import type { Logger } from "../core/logger.ts";
import { advisoryLocks } from "./advisory-locks.ts";
import { reasonOf } from "./caught.ts";
import type { DatabaseAddress } from "./connect.ts";
import { reachable } from "./database-away.ts";
import { CHANNEL } from "./event-bus.ts";
import { register } from "./register.ts";

const HEARTBEAT_MS = 2000;
const RECONNECT_MS = 200;
/** A database that takes the connection and says nothing must not hold up the end of the server. */
const CONNECT_MS = 5000;

export interface ServerInstanceOptions {
  readonly version: string;
  readonly log: Logger;
  readonly onHint: (payload: string) => void;
  readonly onRegistered: () => void;
  /** The Docker daemons that it has met; left out, none. */
  readonly daemons?: () => readonly string[];
}

/**
 * This server's registration: a session that holds an advisory lock, listens for hints and beats. A session that ends
 * loses the registration; a new one is made, under a new id, to which its jobs go over, and `onRegistered` hears of it.
 */
export class ServerInstance implements Leases {
  readonly #address: DatabaseAddress;
  readonly #options: ServerInstanceOptions;
  #id: string | undefined;
  #session: Client | undefined;
  /** Of the present session. */
  readonly #leases = new Set<string>();
  readonly #stopping = new AbortController();
  /** Again, after a loss. */
  #registering: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(address: DatabaseAddress, options: ServerInstanceOptions) {
    this.#address = address;
    this.#options = options;
  }

  /** Undefined while it is not registered: nothing new is claimed then. */
  get id(): string | undefined {
    return this.#id;
  }

  get #daemons(): readonly string[] {
    return this.#options.daemons?.() ?? [];
  }

  async start(): Promise<void> {
    await this.#register(undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#registering;
    clearInterval(this.#heartbeat);
    const session = this.#session;
    const id = this.#id;
    this.#session = undefined;
    this.#id = undefined;
    if (session === undefined) return;
    await this.#ask(session, "delete from instances where id = $1", [id]).catch(() => undefined);
    await session.end().catch(() => undefined);
  }

  async take(name: string): Promise<boolean> {
    const session = this.#session;
    if (session === undefined) return false;
    if (this.#leases.has(name)) return true;
    const { rows } = await reachable(() =>
      this.#ask(session, "select pg_try_advisory_lock($1, hashtext($2)) as mine", [
        advisoryLocks.lease,
        name,
      ]),
    );
    if (rows[0]?.mine !== true || this.#session !== session) return false;
    this.#leases.add(name);
    return true;
  }

  async release(name: string): Promise<void> {
    const session = this.#session;
    if (!this.#leases.delete(name) || session === undefined) return;
    await this.#ask(session, "select pg_advisory_unlock($1, hashtext($2))", [
      advisoryLocks.lease,
      name,
    ]);
  }

  /** One statement at a time: the session is one, and asked from several sides. */
  #ask(session: Client, sql: string, values: readonly unknown[]): Promise<QueryResult> {
    const asked = this.#turn.then(() => session.query(sql, [...values]));
    this.#turn = asked.then(
      () => undefined,
      () => undefined,
    );
    return asked;
  }

  async #register(previous: string | undefined): Promise<void> {
    const session = new Client({
      ...("url" in this.#address ? { connectionString: this.#address.url } : this.#address),
      application_name: "assay:instance",
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    });
    // A session that ends by itself says so here; without a listener the server would die of it.
    session.on("error", (error) => {
      this.#options.log.warn({ error: reasonOf(error) }, "the database session broke");
    });
    try {
      await session.connect();
      session.on("notification", ({ payload }) => {
        if (payload !== undefined) this.#options.onHint(payload);
      });
      session.on("end", () => this.#lost(session));
      await session.query(`listen ${CHANNEL}`);
      const id = randomUUID();
      await register(session, {
        id,
        version: this.#options.version,
        daemons: this.#daemons,
        previous,
      });
      this.#session = session;
      this.#id = id;
    } catch (error) {
      await session.end().catch(() => undefined);
      throw error;
    }
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => void this.#beat(session), HEARTBEAT_MS);
    this.#options.onRegistered();
  }

  async #beat(session: Client): Promise<void> {
    try {
      const { rowCount } = await this.#ask(
        session,
        "update instances set heartbeat_at = now(), daemons = $2 where id = $1",
        [this.#id, this.#daemons],
      );
      // Somebody thought we were dead: our claims are gone, so begin again under a new name.
      if (rowCount === 0) await session.end();
    } catch {
      await session.end().catch(() => undefined);
    }
  }

  #lost(session: Client): void {
    if (this.#session !== session) return;
    const id = this.#id;
    this.#session = undefined;
    this.#id = undefined;
    this.#leases.clear();
    clearInterval(this.#heartbeat);
    this.#options.log.warn({}, "this server's registration is lost; registering again");
    this.#registering = this.#again(id);
  }

  async #again(previous: string | undefined): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#register(previous);
        return;
      } catch {
        await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
