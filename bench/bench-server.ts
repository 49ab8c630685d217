import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { removeImagesOf } from "../test/support/images.ts";

export const TOKEN = "bench-token-0123456789";
/** Of one benchmark: in its short form with all others, or by itself. */
const MOST_MINUTES = process.argv[2] === undefined ? 5 : 60;
/** Of /proc on Linux. */
const TICKS_PER_SECOND = 100;

/** A server of its own for the time of `work`, which is given a folder to use besides. Nothing of it is left. */
export async function withServer<T>(
  work: (server: BenchServer, folder: string) => Promise<T>,
  variables: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  const data = join(folder, "data");
  const server = await BenchServer.start(data, variables);
  try {
    return await work(server, folder);
  } finally {
    await server.stop();
    await removeImagesOf((await readFile(join(data, "database-id"), "utf8")).trim());
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server as `npm start` runs it, on a data directory of the benchmark's. */
export class BenchServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #until = performance.now() + MOST_MINUTES * 60_000;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(
    dataDirectory: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<BenchServer> {
    const child = spawn(process.execPath, ["src/main.ts"], {
      cwd: new URL("..", import.meta.url),
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: "node_modules/.cache/node",
        PORT: "0",
        ASSAY_DATA_DIR: dataDirectory,
        ASSAY_ADMIN_TOKEN: TOKEN,
        ASSAY_DUMMY_ENGINE: "true",
        ASSAY_ALLOW_LOCAL_REPOSITORIES: "true",
        LOG_LEVEL: "error",
        ...variables,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.on("data", (bytes: Buffer) => {
      const [, url] = /listens at (\S+)/.exec(bytes.toString()) ?? [];
      if (url !== undefined) resolve(url);
    });
    return new BenchServer(await promise, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws where the answer is no success, and where the benchmark takes too long: whoever waits by asking ends then. */
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of the API, looked into as each benchmark pleases
  async call(method: string, path: string, body?: unknown): Promise<any> {
    if (performance.now() > this.#until)
      throw new Error(`it was not over after ${MOST_MINUTES} minutes, at ${method} ${path}`);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  /** The newest experiment of a project once it is over; throws where it did not succeed. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  async finished(project: string, commit: string): Promise<any> {
    for (;;) {
      const { items } = await this.call("GET", `/api/v1/experiments?project=${project}&limit=1`);
      const [last] = items;
      if (last?.source.commit === commit && last.finishedAt !== null) {
        if (last.status !== "Succeeded") throw new Error(JSON.stringify(last.steps));
        return last;
      }
      await sleep(25);
    }
  }

  /** Of the server's own process, in bytes. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  /** What its own process, and those of its embedded PostgreSQL, have used of the processors, in seconds. */
  async cpuSeconds(): Promise<{ readonly own: number; readonly database: number }> {
    const all = await processes();
    const below = (parent: number): number =>
      all
        .filter((each) => each.parent === parent)
        .reduce(
          (sum, { id, seconds, endedSeconds }) => sum + seconds + endedSeconds + below(id),
          0,
        );
    const own = all.find(({ id }) => id === this.pid);
    return { own: own?.seconds ?? 0, database: below(this.pid) };
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Also where it has ended already. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    await exited;
  }
}

interface ProcessTimes {
  readonly id: number;
  readonly parent: number;
  readonly seconds: number;
  /** Of its children that have ended. */
  readonly endedSeconds: number;
}

async function processes(): Promise<readonly ProcessTimes[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = ids.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => ""));
  return (await Promise.all(stats)).flatMap((stat) => {
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = (at: number): number => Number(fields[at]) / TICKS_PER_SECOND;
    if (fields.length < 15) return [];
    return [
      {
        id: Number.parseInt(stat, 10),
        parent: Number(fields[1]),
        seconds: ticks(11) + ticks(12),
        endedSeconds: ticks(13) + ticks(14),
      },
    ];
  });
}
