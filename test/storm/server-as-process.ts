import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

import type { FromServer, Orders, ToServer } from "./messages.ts";
import type { Address, Server } from "./server.ts";

/** A server that is a process: killed by kill -9, frozen by SIGSTOP. */
export class ServerAsProcess implements Server {
  readonly number: number;
  readonly ended: Promise<number | undefined>;
  readonly #child: ChildProcess;
  #at: Address | undefined;
  #isFrozen = false;

  constructor(orders: Orders, listener: (message: FromServer) => void) {
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
      if (message.kind === "frozen") this.#isFrozen = true;
      listener(message);
    });
    this.ended = this.#end();
  }

  get at(): Address | undefined {
    return this.#at;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  tell(message: ToServer): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#child.kill("SIGSTOP");
  }

  wake(): void {
    this.#isFrozen = false;
    this.#child.kill("SIGCONT");
  }

  async #end(): Promise<number | undefined> {
    const [code]: (number | null)[] = await once(this.#child, "exit");
    this.#at = undefined;
    return code ?? undefined;
  }
}
