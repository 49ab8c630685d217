import type { Stores } from "../core/database.ts";

interface Silence {
  readonly engine: string;
  /** Those that this server reaches: other servers speak for theirs. */
  readonly daemons: readonly string[] | undefined;
  readonly isSilent: boolean;
}

/**
 * What runs on an engine that does not answer is unknown, not failed: its experiments say so, and say it no more when
 * the engine answers again.
 */
export class SilentEngines {
  /** By engine, as it was last told; unknown at first, as another server may have told it. */
  readonly #told = new Map<string, boolean>();

  /** In the scheduler's transaction. */
  async tell(
    { admission, experiments, queue, events }: Stores,
    { engine, daemons, isSilent }: Silence,
  ): Promise<void> {
    if (!isSilent && this.#told.get(engine) === false) return;
    const note = `engine ${engine} does not answer: what runs there is unknown until it does`;
    const all = await admission.onEngine(engine, daemons);
    if (isSilent) {
      const notes = all.filter((each) => each.note !== note).map(({ id }) => ({ id, note }));
      for (const { id, projectId } of await experiments.notes(notes))
        await events.publish({ kind: "experiment", experimentId: id, projectId });
    } else {
      const woken = all.filter((each) => each.note === note).map(({ id }) => id);
      await queue.wake("experiment", woken);
      if (woken.length > 0) await events.publish({ kind: "work" });
    }
    this.#told.set(engine, isSilent);
  }
}
