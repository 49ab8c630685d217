import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export const TOKEN = "bench-token-0123456789";

/** A server as `npm start` runs it, on a data directory of the benchmark's. */
export class BenchServer {
  readonly url: string;
  readonly #child: ChildProcess;

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
        PORT: "0",
        ASSAY_DATA_DIR: dataDirectory,
        ASSAY_ADMIN_TOKEN: TOKEN,
        ASSAY_DUMMY_ENGINE: "true",
        ASSAY_ALLOW_LOCAL_REPOSITORIES: "true",
        LOG_LEVEL: "warn",
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

  /** Throws where the answer is no success. */
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of the API, looked into as each benchmark pleases
  async call(method: string, path: string, body?: unknown): Promise<any> {
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

  /** What its own process has used of the processors since it began, in seconds. */
  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    await exited;
  }
}
