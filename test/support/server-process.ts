import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { call } from "./call.ts";
import type { Answer } from "./platform.ts";
import { waitFor } from "./wait-for.ts";

export interface ServerOptions {
  readonly token: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The server over ports that can hold it at a point, instead of src/main.ts. */
  readonly isKillable: boolean;
}

/** On a machine that has much else to do. */
const PATIENCE_SECONDS = 60;
const ROOT = resolve(import.meta.dirname, "../..");

/** A server as a process of its own, which can be killed, frozen and told to stop. */
export class ServerProcess {
  readonly token: string;
  /** The points that a killable one has met so far. */
  readonly points: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #output = "";
  #errors = "";
  #holding: string | undefined;

  /** It may end before it listens: wait for one of the two. */
  constructor({ token, variables, isKillable }: ServerOptions) {
    this.token = token;
    const program = isKillable ? "test/support/killable-process.ts" : "src/main.ts";
    this.#child = spawn(process.execPath, [program], {
      cwd: ROOT,
      env: {
        PATH: process.env["PATH"],
        NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
        // Half the time of a start goes into reading TypeScript.
        NODE_COMPILE_CACHE: join(tmpdir(), "assay-compile-cache"),
        PORT: "0",
        LOG_LEVEL: "warn",
        ...variables,
      },
      stdio: ["ignore", "pipe", "pipe", ...(isKillable ? ["ipc" as const] : [])],
    });
    this.#exited = once(this.#child, "close").then(([code]: (number | null)[]) => code ?? null);
    this.#child.stdout?.on("data", (bytes: Buffer) => (this.#output += bytes.toString()));
    this.#child.stderr?.on("data", (bytes: Buffer) => (this.#errors += bytes.toString()));
    this.#child.on("message", (message) => this.#hear(message));
  }

  /** Until it listens. */
  async listens(): Promise<void> {
    await waitFor(
      "the server to listen",
      () => {
        if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#errors}`);
        return this.url !== "";
      },
      PATIENCE_SECONDS,
    );
  }

  get url(): string {
    return /Assay listens at (\S+)/.exec(this.#output)?.[1] ?? "";
  }

  /** What it logged, and why it ended. */
  get errors(): string {
    return this.#errors;
  }

  /** Its exit code, once it has ended; null for one that a signal ended. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(this, method, path, body);
  }

  /** The next time that it comes to this point it waits there. */
  async holdAt(point: string): Promise<void> {
    this.points.length = 0;
    this.#child.send({ holdAt: point });
    await waitFor("the server to know where to wait", () => this.#holding === point);
  }

  /** Until it waits where it was told to. */
  async isHeld(): Promise<void> {
    const point = this.#holding ?? "";
    const isThere = () => this.points.includes(point);
    await waitFor(`the server to come to "${point}"`, isThere, PATIENCE_SECONDS);
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#exited;
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** One that was stopped by SIGSTOP goes on, also from the point where it waits. */
  thaw(): void {
    if (this.#holding !== undefined) this.#child.send("go on");
    this.signal("SIGCONT");
  }

  /** As an administrator stops it; answers its exit code. */
  async stop(): Promise<number | null> {
    this.signal("SIGTERM");
    return this.#exited;
  }

  #hear(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if ("holding" in message) this.#holding = String(message.holding);
    if ("point" in message) this.points.push(String(message.point));
  }
}
