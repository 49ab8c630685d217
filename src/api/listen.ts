import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Listener {
  readonly port: number;
  /** Takes no new requests and ends those that are idle; answers when the last one is over. */
  readonly close: () => Promise<void>;
}

/** Throws a sentence where the address cannot be had. */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000 }, app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
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

async function close(server: Server): Promise<void> {
  const over = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  await over;
  clearTimeout(cut);
}
