import type { Stores } from "../core/database.ts";
import { onSilentEngine } from "./passing-notes.ts";

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

  /** In the scheduler's transaction, and `wasTold` once it is over: one that was undone has told nothing. */
  async tell(
    { admission, experiments, queue, events }: Stores,
    { engine, daemons, isSilent }: Silence,
  ): Promise<void> {
    if (!isSilent && this.#told.get(engine) === false) return;
    const silent = onSilentEngine(engine);
    const all = await admission.onEngine(engine, daemons);
    const stale = all.filter(({ note }) => (note === silent) !== isSilent).map(({ id }) => id);
    const note = isSilent ? silent : `engine ${engine} answers again`;
    for (const { id, projectId } of await experiments.notes(stale.map((id) => ({ id, note }))))
      await events.publish({ kind: "experiment", experimentId: id, projectId });
    if (!isSilent && stale.length > 0) {
      // Each looks how it stands, and says that.
      await queue.wake("experiment", stale);
      await events.publish({ kind: "work" });
    }
  }

  wasTold({ engine, isSilent }: Silence): void {
    this.#told.set(engine, isSilent);
  }
}
