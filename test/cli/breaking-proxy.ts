import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** Hands requests on, and breaks each answer whose path matches after so many bytes. */
export async function breakingProxy(target: string, paths: RegExp, most: number) {
  /** The headers by which a client goes on, of each such request. */
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => void handOn(request, response));

  async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = "", accept = "*/*", range, "last-event-id": last } = request.headers;
    const answer = await fetch(`${target}${request.url}`, {
      headers: {
        authorization,
        accept,
        ...(range !== undefined && { range }),
        ...(last !== undefined && { "last-event-id": String(last) }),
      },
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    const breaks = paths.test(request.url ?? "");
    if (breaks) asked.push(range ?? (last === undefined ? undefined : String(last)));
    let sent = 0;
    for await (const bytes of answer.body ?? []) {
      const part = breaks ? bytes.subarray(0, most - sent) : bytes;
      await new Promise((resolve) => response.write(part, resolve));
      sent += part.length;
      if (part.length < bytes.length) return void response.destroy();
    }
    response.end();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
