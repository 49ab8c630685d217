import type { Hint } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Ports } from "../core/ports.ts";

export type ExperimentHint = Extract<Hint, { kind: "experiment" }>;

/**
 * Experiments that changed, each as it is when it is looked at. While the reader is busy, hints of one experiment
 * become one look, so that a slow reader holds no more than the ids. Ends when the signal aborts.
 */
export async function* experimentChanges(
  ports: Pick<Ports, "database" | "events">,
  isWanted: (hint: ExperimentHint) => boolean,
  signal: AbortSignal,
  first: readonly string[] = [],
): AsyncGenerator<Experiment> {
  const pending = new Set<string>(first);
  let wake: (() => void) | undefined;
  const stopListening = ports.events.subscribe((hint) => {
    if (hint.kind !== "experiment" || !isWanted(hint)) return;
    pending.add(hint.experimentId);
    wake?.();
  });
  const onAbort = (): void => wake?.();
  signal.addEventListener("abort", onAbort);
  try {
    while (!signal.aborted) {
      for (const id of pending) {
        pending.delete(id);
        const experiment = await ports.database.experiments.find(id);
        if (experiment !== undefined) yield experiment;
        if (signal.aborted) return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (pending.size > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    stopListening();
    signal.removeEventListener("abort", onAbort);
  }
}
