import { EventEmitter } from "node:events";

import type { EventBus, Hint } from "../core/events.ts";
import { query } from "./query.ts";
import type { Db } from "./transaction.ts";

export const CHANNEL = "assay";

/** NOTIFY takes at most 8000 bytes. */
const PAYLOAD_LIMIT = 7500;

/** PostgreSQL commits transactions that notify one after the other: others are told of many moves at once. */
const GATHER_MS = 5;

/**
 * Hints within this server at once, and to the others by NOTIFY a few milliseconds later. What a server that dies has not
 * told by then is found by the others when they poll.
 */
export class PostgresEventBus implements EventBus {
  readonly #db: Db;
  readonly #server: string;
  readonly #isAlone: boolean;
  readonly #listeners = new EventEmitter().setMaxListeners(0);
  #untold: Hint[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `server` tells our own notifications, which have been delivered already; where there is no other, none are sent. */
  constructor(db: Db, server: string, { isAlone }: { readonly isAlone: boolean }) {
    this.#db = db;
    this.#server = server;
    this.#isAlone = isAlone;
  }

  publish(...hints: readonly Hint[]): void {
    this.#deliver(hints);
    if (this.#isAlone || hints.length === 0) return;
    this.#untold.push(...hints);
    this.#timer ??= setTimeout(() => void this.#tellOthers(), GATHER_MS);
  }

  /** Tells what was not told yet. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#tellOthers();
  }

  /** What the session that listens received. */
  receive(payload: string): void {
    const [server, hints]: [string, Hint[]] = JSON.parse(payload);
    if (server !== this.#server) this.#deliver(hints);
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#listeners.on("hint", listener);
    return () => this.#listeners.off("hint", listener);
  }

  #deliver(hints: readonly Hint[]): void {
    for (const hint of coalesce(hints)) this.#listeners.emit("hint", hint);
  }

  /** A hint may be lost, and is where the database is away: whoever waits for it looks by itself. */
  async #tellOthers(): Promise<void> {
    this.#timer = undefined;
    const hints = this.#untold;
    this.#untold = [];
    const told = payloads(this.#server, coalesce(hints));
    if (told.length === 0) return;
    const sql = `select pg_notify(:channel, payload) from unnest(:told::text[]) as payload`;
    await query(this.#db, sql, { channel: CHANNEL, told }).catch(() => undefined);
  }
}

function coalesce(hints: readonly Hint[]): readonly Hint[] {
  if (hints.length < 2) return hints;
  return [...new Map(hints.map((hint) => [JSON.stringify(hint), hint])).values()];
}

/** As few as hold them all. */
function payloads(server: string, hints: readonly Hint[]): readonly string[] {
  if (hints.length === 0) return [];
  const payload = JSON.stringify([server, hints]);
  if (payload.length <= PAYLOAD_LIMIT) return [payload];
  const half = Math.ceil(hints.length / 2);
  return [...payloads(server, hints.slice(0, half)), ...payloads(server, hints.slice(half))];
}
