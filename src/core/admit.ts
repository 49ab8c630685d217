import type { Admission, Snapshot } from "./admission.ts";
import { admitExperiments } from "./admit-experiments.ts";
import { reserveRuns } from "./reserve-runs.ts";

/** The scheduler's decision, in whole: who leaves Waiting, who gets a place on an engine, and why the others do not. */
export function admit(snapshot: Snapshot): Admission {
  return { ...admitExperiments(snapshot), ...reserveRuns(snapshot) };
}
