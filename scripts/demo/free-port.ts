import { createServer } from "node:net";

/** The first of this port and those after it where nobody listens. */
export async function freePort(host: string, wanted: number): Promise<number> {
  const last = Math.min(wanted + 100, 65_535);
  for (let port = wanted; port <= last; port += 1) if (await isFree(host, port)) return port;
  throw new Error(`The ports ${wanted} to ${last} are all taken. Set PORT to a free one.`);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
