import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Docker's socket by another path, so that a test can take it away without disturbing anybody. */
export class DockerProxy {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(path: string) {
    this.path = path;
    this.#server = createServer((client) => this.#forward(client));
  }

  static async open(path: string): Promise<DockerProxy> {
    const proxy = new DockerProxy(path);
    proxy.#server.listen(path);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** As if the daemon had been killed. */
  async cut(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #forward(client: Socket): void {
    const docker = connect("/var/run/docker.sock");
    for (const socket of [client, docker]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        client.destroy();
        docker.destroy();
      });
    }
    client.pipe(docker).pipe(client);
  }
}
