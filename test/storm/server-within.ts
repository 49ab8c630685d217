import { join } from "node:path";

import type { Engine } from "../../src/core/engine.ts";
import type { PostgresConnection } from "../../src/db/connect.ts";
import type { Platform } from "../../src/platform.ts";
import { type Gusts, gustsOf } from "./gusts.ts";
import type { FromServer, Orders, ToServer } from "./messages.ts";
import type { Address, Server } from "./server.ts";
import { createStormPlatform } from "./storm-platform.ts";
import { Wire } from "./wire.ts";

interface Surroundings {
  readonly postgres: PostgresConnection;
  /** One for all servers, as a daemon is. */
  readonly engine: Engine;
  /** What goes on after its server's death, to be waited for; it changes nothing any more. */
  readonly afterDeath: (work: Promise<void>) => void;
}

/**
 * A server within this process. Killed, its connections to the database break where they are and every effect of its
 * ports throws; frozen, both stand still. It costs a hundredth of a process, so that many more can die.
 */
export class ServerWithin implements Server {
  readonly number: number;
  readonly ended: Promise<number | undefined>;
  readonly #surroundings: Surroundings;
  readonly #listener: (message: FromServer) => void;
  readonly #gusts: Gusts;
  readonly #wire: Wire;
  readonly #ended = Promise.withResolvers<number | undefined>();
  readonly #platform: Promise<Platform>;
  #at: Address | undefined;
  #isFrozen = false;
  #isDead = false;

  constructor(orders: Orders, listener: (message: FromServer) => void, surroundings: Surroundings) {
    this.number = orders.number;
    this.ended = this.#ended.promise;
    this.#surroundings = surroundings;
    this.#listener = listener;
    this.#gusts = gustsOf(orders, {
      tell: listener,
      crash: () => this.kill(),
      freeze: () => {
        this.freeze();
        listener({ kind: "frozen" });
      },
    });
    const folder = join(orders.dataDirectory, "storm", String(orders.number));
    this.#wire = new Wire(folder, surroundings.postgres);
    this.#platform = this.#create(orders);
    void this.#start();
  }

  get at(): Address | undefined {
    return this.#at;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  tell(message: ToServer): void {
    switch (message.kind) {
      case "crash":
      case "freeze":
        return this.#gusts.strike(message.kind, message.boundaries);
      case "calm":
        return this.#gusts.calm();
      case "stop":
        return void this.#stop();
    }
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#at = undefined;
    this.#gusts.die();
    this.#wire.cut();
    this.#ended.resolve(undefined);
    this.#surroundings.afterDeath(this.#endParts());
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#gusts.hold();
    this.#wire.pause();
  }

  wake(): void {
    this.#isFrozen = false;
    this.#gusts.release();
    this.#wire.resume();
  }

  async #create(orders: Orders): Promise<Platform> {
    const { postgres, engine } = this.#surroundings;
    await this.#wire.open(postgres.port);
    const databaseUrl = new URL(orders.databaseUrl);
    databaseUrl.searchParams.set("host", this.#wire.folder);
    return createStormPlatform(
      { ...orders, databaseUrl: databaseUrl.href },
      { engine, gusts: this.#gusts, tell: this.#listener },
    );
  }

  async #start(): Promise<void> {
    try {
      const platform = await this.#platform;
      const { url } = await platform.start();
      if (this.#isDead) return;
      this.#at = { url, token: platform.adminToken };
      this.#listener({ kind: "ready", ...this.#at });
    } catch (error) {
      if (this.#isDead) return;
      console.error(`server ${this.number} did not start:`, error);
      this.#ended.resolve(1);
    }
  }

  /** Ends what is left in this process; what it meets is that nothing works any more. */
  async #endParts(): Promise<void> {
    try {
      await (await this.#platform).stop();
    } catch {
      // It was killed in the middle of something.
    }
  }

  async #stop(): Promise<void> {
    if (this.#isDead) return;
    await (await this.#platform).stop();
    this.#wire.cut();
    this.#ended.resolve(undefined);
  }
}
