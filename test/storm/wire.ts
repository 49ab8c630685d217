import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/**
 * A server's connections to PostgreSQL, so that they can end as a killed process's do, or stand still as a frozen one's.
 * Sessions behind it are PostgreSQL's own: their locks go when it notices.
 */
export class Wire {
  /** What takes the place of PostgreSQL's own socket folder. */
  readonly folder: string;
  readonly #target: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isPaused = false;

  constructor(folder: string, postgres: { readonly host: string; readonly port: number }) {
    this.folder = folder;
    this.#target = join(postgres.host, socketName(postgres.port));
    this.#server = createServer((client) => this.#connect(client));
  }

  async open(port: number): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    this.#server.listen(join(this.folder, socketName(port)));
    await once(this.#server, "listening");
  }

  /** For good. */
  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    void rm(this.folder, { recursive: true, force: true });
  }

  pause(): void {
    this.#isPaused = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const socket of this.#sockets) socket.resume();
  }

  #connect(client: Socket): void {
    const target = connect(this.#target);
    this.#join(client, target);
    this.#join(target, client);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => void to.write(bytes));
    from.on("error", () => {});
    from.once("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isPaused) from.pause();
  }
}

const socketName = (port: number): string => `.s.PGSQL.${port}`;
