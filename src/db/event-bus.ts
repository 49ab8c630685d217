import { EventEmitter } from "node:events";

import type { Knex } from "knex";

import type { EventBus, Hint } from "../core/events.ts";
import { query } from "./query.ts";

export const CHANNEL = "assay";

/** NOTIFY takes at most 8000 bytes. */
const PAYLOAD_LIMIT = 7500;

/** Hints within this server at once, and to the others by NOTIFY. */
export class PostgresEventBus implements EventBus {
  readonly #db: Knex;
  readonly #server: string;
  readonly #listeners = new EventEmitter().setMaxListeners(0);

  /** `server` tells our own notifications, which have been delivered already. */
  constructor(db: Knex, server: string) {
    this.#db = db;
    this.#server = server;
  }

  async publish(...hints: readonly Hint[]): Promise<void> {
    await this.notify(this.#db, hints);
    this.deliver(hints);
  }

  /** Part of a transaction: sent with its commit, one notification for all of them. */
  async notify(db: Knex, hints: readonly Hint[]): Promise<void> {
    for (const payload of payloads(this.#server, hints))
      await query(db, `select pg_notify(:channel, :payload)`, { channel: CHANNEL, payload });
  }

  deliver(hints: readonly Hint[]): void {
    for (const hint of coalesce(hints)) this.#listeners.emit("hint", hint);
  }

  /** What the session that listens received. */
  receive(payload: string): void {
    const [server, hints]: [string, Hint[]] = JSON.parse(payload);
    if (server !== this.#server) this.deliver(hints);
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#listeners.on("hint", listener);
    return () => this.#listeners.off("hint", listener);
  }
}

function coalesce(hints: readonly Hint[]): readonly Hint[] {
  return [...new Map(hints.map((hint) => [JSON.stringify(hint), hint])).values()];
}

/** As few as hold them all. */
function payloads(server: string, hints: readonly Hint[]): readonly string[] {
  if (hints.length === 0) return [];
  const all = coalesce(hints);
  const payload = JSON.stringify([server, all]);
  if (payload.length <= PAYLOAD_LIMIT) return [payload];
  const half = Math.ceil(all.length / 2);
  return [...payloads(server, all.slice(0, half)), ...payloads(server, all.slice(half))];
}
