import type { Shell } from "./shell.ts";
import { bytes, counted } from "./units.ts";

const PAUSE_MS = 100;

/** How far a transfer is, in one line of a terminal; elsewhere nothing. */
export class Progress {
  readonly #err: Shell["err"];
  #shownAt = 0;

  constructor({ err }: Pick<Shell, "err">) {
    this.#err = err;
  }

  show(files: number, transferred: number): void {
    if (this.#err.isTTY !== true || performance.now() - this.#shownAt < PAUSE_MS) return;
    this.#shownAt = performance.now();
    this.#err.write(`\r${counted(files, "file")}, ${bytes(transferred)} \x1b[K`);
  }

  end(): void {
    if (this.#shownAt > 0) this.#err.write("\r\x1b[K");
  }
}
