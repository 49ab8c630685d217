import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

import type { FromServer, Orders, ToServer } from "./messages.ts";

/** One server of the storm, as the process that it is. */
export class Server {
  readonly number: number;
  /** By which exit code, where it was not by a signal: a server that nobody killed does not end. */
  readonly ended: Promise<number | undefined>;
  readonly #child: ChildProcess;
  #at: { readonly url: string; readonly token: string } | undefined;
  #waking: NodeJS.Timeout | undefined;

  constructor(orders: Orders, listener: (server: Server, message: FromServer) => void) {
    this.number = orders.number;
    const log = openSync(join(orders.dataDirectory, "storm", `${orders.number}.log`), "a");
    this.#child = fork(join(import.meta.dirname, "server-process.ts"), [JSON.stringify(orders)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { NODE_COMPILE_CACHE: join(orders.dataDirectory, "storm", "compiled") },
      stdio: ["ignore", "ignore", log, "ipc"],
    });
    closeSync(log);
    // A message to one that is just dying is told here as well.
    this.#child.on("error", () => {});
    this.#child.on("message", (message: FromServer) => {
      if (message.kind === "ready") this.#at = message;
      listener(this, message);
    });
    this.ended = once(this.#child, "exit").then(([code]: (number | null)[]) => {
      clearTimeout(this.#waking);
      this.#at = undefined;
      return code ?? undefined;
    });
  }

  /** Where it listens; undefined before it does, and once it has ended. */
  get at(): { readonly url: string; readonly token: string } | undefined {
    return this.#at;
  }

  get isFrozen(): boolean {
    return this.#waking !== undefined;
  }

  tell(message: ToServer): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  /** It stands still, by our signal or by its own. */
  wakeIn(milliseconds: number): void {
    clearTimeout(this.#waking);
    this.#waking = setTimeout(() => this.wake(), milliseconds);
  }

  wake(): void {
    clearTimeout(this.#waking);
    this.#waking = undefined;
    this.#child.kill("SIGCONT");
  }
}

/** The name of its sessions in the database. */
export const sessionsOf = (number: number): string => `storm-${number}`;
