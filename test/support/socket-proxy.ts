import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A unix socket by another path, so that a test can take away what listens there without disturbing anybody. */
export class SocketProxy {
  readonly path: string;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #isFrozen = false;
  #requests = 0;
  #server: Server | undefined;

  private constructor(path: string, target: string) {
    this.path = path;
    this.#target = target;
  }

  static async open(path: string, target: string): Promise<SocketProxy> {
    const proxy = new SocketProxy(path, target);
    await proxy.restore();
    return proxy;
  }

  /** As if the process that listens had been killed: open connections break, new ones find nobody. */
  async cut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** As if the process that listens were stopped: it is there, and answers nothing from now on. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.unpipe().resume();
    this.#requests = 0;
  }

  /** How often it was written to since it froze. */
  get requestsInVain(): number {
    return this.#requests;
  }

  async restore(): Promise<void> {
    this.#server = createServer((client) => this.#forward(client));
    this.#server.listen(this.path);
    await once(this.#server, "listening");
  }

  #forward(client: Socket): void {
    const target = connect(this.#target);
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on("data", () => {
      if (this.#isFrozen) this.#requests += 1;
    });
    if (!this.#isFrozen) client.pipe(target).pipe(client);
  }
}
