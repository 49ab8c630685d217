import type { Stores } from "../core/database.ts";
import { type Experiment, type Move, STEPS } from "../core/experiment.ts";
import type { Job } from "../core/job.ts";
import { isFinished, NEXT } from "../core/lifecycle.ts";
import type { Ports } from "../core/ports.ts";
import { about, aboutExperiment } from "./about.ts";
import { drive, type Look } from "./drive.ts";
import { sealStepLog } from "./experiment/step-log.ts";
import type { StepResult } from "./experiment/step-result.ts";
import { doStep } from "./experiment/steps.ts";

/** Drives one experiment as far as it goes without waiting. */
export function workOnExperiment(ports: Ports, job: Job, signal: AbortSignal): Promise<void> {
  return drive(
    ports,
    job,
    async (id) => {
      const experiment = await ports.database.experiments.find(id);
      return experiment === undefined || isFinished(experiment) ? undefined : experiment;
    },
    async (experiment) => {
      const its = about(ports, aboutExperiment(experiment));
      const result = await doStep(its, experiment, signal);
      // A finished experiment has no log that is still open.
      if (result.kind === "cancelled" || result.kind === "failed")
        await sealStepLog(ports.logs, experiment);
      return toLook(its, experiment, result);
    },
  );
}

function toLook(
  { log, metrics }: Pick<Ports, "log" | "metrics">,
  experiment: Experiment,
  result: StepResult,
): Look<Experiment> {
  const { id: experimentId, projectId } = experiment;
  if (result.kind === "wait") {
    const { seconds, note } = result;
    const isToldAlready = experiment.stepStatus !== "Initialize" && note === experiment.note;
    if (result.write === undefined && isToldAlready) return { kind: "wait", seconds };
    return {
      kind: "wait",
      seconds,
      async write(stores) {
        await result.write?.(stores);
        if (!isToldAlready) await wait(stores, experiment, note);
      },
    };
  }
  const move = toMove(experiment, result);
  const over = isFinished({ step: move.step, stepStatus: move.status });
  let seconds = 0;
  return {
    kind: "moved",
    over,
    async write(stores) {
      if (result.kind === "done" || result.kind === "redo") await result.write?.(stores);
      const { moved, ...took } = await stores.experiments.advance(experiment, move);
      seconds = took.seconds;
      await stores.events.publish({ kind: "experiment", experimentId, projectId });
      if (over)
        await stores.queue.wake("experiment", await stores.experiments.dependents(experimentId));
      return moved;
    },
    tell() {
      const outcome = move.leaves?.status ?? move.status;
      metrics.observe("assay_step_seconds", seconds, { step: experiment.step, outcome });
      log.info({ step: move.step, status: move.status, left: experiment.step }, "experiment moved");
    },
  };
}

async function wait(
  { experiments, events }: Stores,
  experiment: Experiment,
  note: string,
): Promise<void> {
  const { id: experimentId, projectId, step, stepStatus } = experiment;
  if (stepStatus === "Initialize")
    await experiments.advance(experiment, { step, status: "Running", note });
  else await experiments.note(experiment, note);
  await events.publish({ kind: "experiment", experimentId, projectId });
}

/** The move that a result means; pure. */
function toMove(experiment: Experiment, result: Exclude<StepResult, { kind: "wait" }>): Move {
  const { step } = experiment;
  switch (result.kind) {
    case "done": {
      const { found: facts, note, next } = result;
      if (step === "Completed") return { step, status: "Succeeded", facts, note };
      const leaves = { step, status: "Succeeded", note } as const;
      return { step: NEXT[step], status: "Running", note: next, facts, leaves };
    }
    case "failed":
      return { step, status: "Failed", facts: result.found, exception: result.exception };
    case "cancelled":
      return { step, status: "Cancelled", note: experiment.cancelReason };
    case "redo":
      return {
        step: result.step,
        status: "Running",
        note: result.reason,
        leaves: { step, status: "Initialize", note: result.reason },
        undoes: STEPS.slice(STEPS.indexOf(result.step) + 1, STEPS.indexOf(step)),
      };
  }
}
