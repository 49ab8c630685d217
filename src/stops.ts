/** How to stop what was started: last in, first out. */
export class Stops {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  /** Stops everything, also when a part cannot be; throws at the end what those said. Nothing is stopped twice. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (const stop of this.#stops.splice(0).toReversed())
      await stop().catch((error: unknown) => errors.push(error));
    if (errors.length === 0) return;
    const told = errors.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new AggregateError(errors, `Not everything stopped in order: ${told.join("; ")}`);
  }
}
