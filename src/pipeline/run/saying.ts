import type { Run } from "../../core/run.ts";
import { noteOf } from "./note.ts";
import type { RunResult } from "./run-result.ts";

/** Waits for something that nobody wakes it for, and says what: on the run, and in the note of its experiment. */
export function saying(run: Run, seconds: number, reason: string): RunResult {
  const { id, experimentId, projectId } = run;
  return {
    kind: "wait",
    seconds,
    async write({ runs, experiments, events }) {
      if (!(await runs.reason(id, reason))) return;
      await experiments.notes([{ id: experimentId, note: noteOf({ ...run, reason }) }]);
      await events.publish({ kind: "experiment", experimentId, projectId });
    },
  };
}
