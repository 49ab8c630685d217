import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Listener {
  readonly port: number;
  /** Takes no new requests and ends those that are idle; answers when the last one is over. */
  readonly close: () => Promise<void>;
}

/** Throws a sentence where the address cannot be had. */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000 }, app);
  const unused = unusedSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { port: bound, close: () => close(server, unused) };
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why =
    error.code === "EADDRINUSE"
      ? `Port ${port} of ${host} is taken: stop who has it, or set PORT to another.`
      : error.code === "EADDRNOTAVAIL"
        ? `This machine has no address ${host}: set HOST to one that it has.`
        : `The server cannot listen at ${host}:${port}: ${error.message}.`;
  return new Error(why, { cause: error });
}

/** How long a request may go on after the server was asked to stop. */
const PATIENCE_MS = 3000;

async function close(server: Server, unused: ReadonlySet<Socket>): Promise<void> {
  const over = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  for (const socket of unused) socket.destroy();
  const cut = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  await over;
  clearTimeout(cut);
}

/** Connections that no request has come on yet, as browsers make them ahead: not idle in Node's eyes. */
function unusedSockets(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage) => unused.delete(socket));
  return unused;
}
