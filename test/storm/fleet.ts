import { waitFor } from "../support/wait-for.ts";
import type { FromServer, Orders } from "./messages.ts";
import { type Server, sessionsOf, type StartServer } from "./server.ts";

interface FleetOptions {
  readonly size: number;
  readonly orders: Omit<Orders, "number" | "databaseUrl">;
  /** For the sessions of this name. */
  readonly databaseUrl: (applicationName: string) => string;
  readonly startServer: StartServer;
  readonly onMessage: (server: Server, message: FromServer) => void;
  /** With its exit code where it ended by itself, which is a fault. */
  readonly onEnd: (server: Server, exitCode: number | undefined) => void;
}

/** As many servers as there are to be: who ends is followed by another. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #slots: Server[] = [];
  #started = 0;
  #stopping = false;
  #faults: boolean;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#faults = options.orders.faults;
  }

  /** The first server alone, which makes what the others find. */
  async start(): Promise<void> {
    this.#fill(0);
    await waitFor("the first server", () => this.#slots[0]?.at, 60);
    for (let slot = 1; slot < this.#options.size; slot += 1) this.#fill(slot);
  }

  /** How many processes there were. */
  get started(): number {
    return this.#started;
  }

  slot(index: number): Server | undefined {
    return this.#slots[index];
  }

  /** Those that answer, as far as is known. */
  get ready(): readonly Server[] {
    return this.#slots.filter((server) => server.at !== undefined && !server.isFrozen);
  }

  /** The storm is over: nobody is frozen any more, and nothing fails. */
  calm(): void {
    this.#faults = false;
    for (const server of this.#slots) {
      server.tell({ kind: "calm" });
      server.wake();
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const server of this.#slots) {
      server.wake();
      server.tell({ kind: "stop" });
    }
    const patience = setTimeout(() => {
      for (const server of this.#slots) server.kill();
    }, 15_000);
    await Promise.all(this.#slots.map((server) => server.ended));
    clearTimeout(patience);
  }

  #fill(slot: number): void {
    this.#started += 1;
    const { orders, databaseUrl, startServer, onMessage } = this.#options;
    const number = this.#started;
    const server = startServer(
      { ...orders, number, faults: this.#faults, databaseUrl: databaseUrl(sessionsOf(number)) },
      (message) => {
        // It may have been started before the calm, and have been told of it too early.
        if (message.kind === "ready" && !this.#faults) server.tell({ kind: "calm" });
        onMessage(server, message);
      },
    );
    this.#slots[slot] = server;
    void this.#follow(server, slot);
  }

  async #follow(server: Server, slot: number): Promise<void> {
    const exitCode = await server.ended;
    if (this.#stopping) return;
    this.#options.onEnd(server, exitCode);
    // One that cannot even start would be started for ever.
    if (exitCode === undefined) this.#fill(slot);
  }
}
