import type { Fault } from "./kill-trial.ts";

const commit = (what: string) => [`before commit: ${what}`, `after commit: ${what}`];
const around = (what: string) => [`before ${what}`, `after ${what}`];
const stream = (what: string) => [`before ${what}`, `in the middle of: ${what}`, `after ${what}`];

/** Every point that a pushed experiment meets, in about the order in which it meets them. */
export const KILL_POINTS: readonly string[] = [
  ...commit("push decided"),
  ...commit("experiment to Waiting"),
  ...commit("admission"),
  ...commit("experiment to Cloning"),
  ...around("log of Cloning: open"),
  ...stream("source archive"),
  ...around("log of Cloning: seal"),
  ...commit("experiment to Building"),
  ...around("image key"),
  ...around("log of Building: open"),
  ...stream("build"),
  ...around("log of Building: seal"),
  ...around("image's record"),
  ...commit("experiment to Submitting"),
  ...commit("experiment to Running"),
  ...commit("reservation"),
  ...around("folders: open"),
  ...around("engine: prepare"),
  ...commit("engine's id"),
  ...around("engine: start"),
  ...commit("run to Running"),
  ...commit("observed running"),
  ...around("log of Running: open"),
  "in the middle of: log of Running",
  ...around("log of Running: seal"),
  ...commit("observed exited"),
  ...commit("run to Finalizing"),
  ...around("log of Running: close"),
  ...around("engine: remove"),
  ...commit("run to Done"),
  ...commit("experiment to Completed"),
  ...around("folders: close"),
  ...commit("experiment Succeeded"),
];

/** Where the observer looks between two of the run's own moves, which is too seldom to be waited for. */
export const RARELY_MET: readonly string[] = commit("observed prepared");

export interface KillCase {
  readonly point: string;
  readonly fault: Fault;
}

/** One of each kind: what a run of all tests has time for. */
export const SOME_KILLS: readonly KillCase[] = [
  { fault: "pause", point: "after engine: start" },
  { fault: "doze", point: "before engine: start" },
  { fault: "kill", point: "before commit: push decided" },
  { fault: "kill", point: "in the middle of: source archive" },
  { fault: "kill", point: "in the middle of: build" },
  { fault: "kill", point: "after engine: prepare" },
  { fault: "kill", point: "after engine: start" },
  { fault: "kill", point: "in the middle of: log of Running" },
  { fault: "kill", point: "before commit: experiment Succeeded" },
];
