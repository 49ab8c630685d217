import type { Logger } from "../core/logger.ts";

/** Something that is tried for ever: its first failure is told, and when it works again; not every try in between. */
export class Trouble {
  readonly #log: Logger;
  readonly #words: { readonly failed: string; readonly again: string };
  readonly #fields: object;
  #isThere = false;

  constructor(
    log: Logger,
    words: { readonly failed: string; readonly again: string },
    fields: object = {},
  ) {
    this.#log = log;
    this.#words = words;
    this.#fields = fields;
  }

  failed(error: unknown): void {
    const level = this.#isThere ? "debug" : "warn";
    this.#isThere = true;
    this.#log[level]({ ...this.#fields, error }, this.#words.failed);
  }

  worked(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    this.#log.info(this.#fields, this.#words.again);
  }
}
