/** A pause that somebody else can cut short. */
export class Nudge {
  #wake: (() => void) | undefined;

  /** Without a time to wait, what else happens in this turn of the event loop is let through first. */
  async pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = milliseconds > 0 ? setTimeout(resolve, milliseconds) : undefined;
    const immediate = timer === undefined ? setImmediate(resolve) : undefined;
    await promise;
    this.#wake = undefined;
    clearTimeout(timer);
    clearImmediate(immediate);
  }

  now(): void {
    this.#wake?.();
  }
}
