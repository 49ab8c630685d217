import type { Run } from "../../core/run.ts";
import { noteOf } from "./note.ts";
import type { RunResult } from "./run-result.ts";

/** Waits for something that nobody wakes it for, and says what: on the run, and in the note of its experiment. */
export function saying(run: Run, seconds: number, reason: string): RunResult {
  return {
    kind: "wait",
    seconds,
    async write({ runs, experiments, events }) {
      await runs.reasons([{ runId: run.id, reason }]);
      const note = noteOf({ ...run, reason });
      // Another note may have come in between: that the engine did not answer.
      for (const { id, projectId } of await experiments.notes([{ id: run.experimentId, note }]))
        await events.publish({ kind: "experiment", experimentId: id, projectId });
    },
  };
}
