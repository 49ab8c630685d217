import type { Stores } from "../core/database.ts";
import type { Experiment, Move } from "../core/experiment.ts";
import type { Job } from "../core/job.ts";
import { isFinished, NEXT } from "../core/lifecycle.ts";
import type { Ports } from "../core/ports.ts";
import type { StepResult } from "./experiment/step-result.ts";
import { doStep } from "./experiment/steps.ts";
import { SAFETY_NET_SECONDS } from "./work-on-run.ts";

/** Drives one experiment as far as it goes without waiting. */
export async function workOnExperiment(
  ports: Ports,
  claimed: Job,
  signal: AbortSignal,
): Promise<void> {
  let job = claimed;
  for (;;) {
    const experiment = await ports.database.experiments.find(job.subjectId);
    if (experiment === undefined || isFinished(experiment)) return ports.database.queue.finish(job);
    const result = await doStep(ports, experiment, signal);
    if (job.overdue && result.kind !== "wait")
      ports.metrics.count("assay_safety_net_total", { kind: "experiment" });
    const next = await record(ports, job, experiment, result);
    if (next === undefined) return;
    job = { ...next, overdue: false };
  }
}

/** What the step found out, if the claim still holds: all of it or nothing. Answers the claim to go on with. */
async function record(
  { database }: Ports,
  job: Job,
  experiment: Experiment,
  result: StepResult,
): Promise<Job | undefined> {
  return database.transaction(async (stores) => {
    const held = await stores.queue.hold(job);
    if (result.kind === "done" || result.kind === "wait" || result.kind === "redo")
      await result.write?.(stores);
    if (result.kind === "wait") {
      await wait(stores, experiment, result);
      const { seconds } = result;
      // The wakes that count are those before this look, so `job`, not `held`.
      await stores.queue.release(
        job,
        seconds ?? SAFETY_NET_SECONDS,
        seconds === undefined ? "net" : "timer",
      );
      if (held.wakes > job.wakes) await stores.events.publish({ kind: "work" });
      return undefined;
    }
    const move = toMove(experiment, result);
    await stores.experiments.advance(experiment, move);
    const { id: experimentId, projectId } = experiment;
    await stores.events.publish({ kind: "experiment", experimentId, projectId });
    if (!isFinished({ step: move.step, stepStatus: move.status })) return held;
    await stores.queue.finish(job);
    await stores.queue.wake("experiment", await stores.experiments.dependents(experimentId));
    await stores.events.publish({ kind: "schedule" }, { kind: "work" });
    return undefined;
  });
}

async function wait(
  { experiments, events }: Stores,
  experiment: Experiment,
  { note }: Extract<StepResult, { kind: "wait" }>,
): Promise<void> {
  const { id: experimentId, projectId, step, stepStatus } = experiment;
  if (stepStatus === "Initialize")
    await experiments.advance(experiment, { step, status: "Running", note });
  else if (note === experiment.note) return;
  else await experiments.note(experiment, note);
  await events.publish({ kind: "experiment", experimentId, projectId });
}

/** The move that a result means; pure. */
function toMove(experiment: Experiment, result: Exclude<StepResult, { kind: "wait" }>): Move {
  const { step } = experiment;
  switch (result.kind) {
    case "done": {
      const { found: facts, note } = result;
      if (step === "Completed") return { step, status: "Succeeded", facts, note };
      const leaves = { step, status: "Succeeded", note } as const;
      return { step: NEXT[step], status: "Running", facts, leaves };
    }
    case "failed":
      return { step, status: "Failed", facts: result.found, exception: result.exception };
    case "cancelled":
      return { step, status: "Cancelled" };
    case "redo":
      return {
        step: result.step,
        status: "Running",
        note: result.reason,
        leaves: { step, status: "Initialize", note: result.reason },
      };
  }
}
