import type { ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { isRunOver, type Run } from "../../core/run.ts";
import { readMetricsToEnd } from "../metrics/read-to-end.ts";
import { isOnSilentEngine } from "../passing-notes.ts";
import { noteOf, STOPPING } from "../run/note.ts";
import type { StepResult } from "./step-result.ts";

/** A fold over the runs: waits for all, ends the others when one has failed, and tells how it came out. */
export async function running(
  ports: Pick<Ports, "buckets" | "database" | "log" | "workspaces">,
  experiment: ExperimentAt<"Running">,
): Promise<StepResult> {
  const runs = await ports.database.runs.ofExperiment(experiment.id);
  const open = runs.filter((run) => !isRunOver(run.state));
  const failure = runs.find((run) => run.state === "Failed");
  const stopping = experiment.cancelRequestedAt !== undefined || failure !== undefined;
  if (open.length > 0 && stopping) return stop(open, experiment);
  if (open.length > 0) {
    const { note = "" } = experiment;
    return { kind: "wait", note: isOnSilentEngine(experiment) ? note : noteOfAll(open) };
  }

  if (failure?.exception?.kind === "ImageGone")
    return {
      kind: "redo",
      step: "Building",
      reason: failure.exception.message,
      async write({ runs, queue }) {
        await runs.discard(experiment.id);
        // Whoever builds it again has it then.
        await queue.bind("experiment", experiment.id, undefined);
      },
    };
  if (failure !== undefined || runs.some((run) => run.state === "Cancelled")) {
    // Outputs that exist are kept whatever the ending.
    await ports.workspaces.close(experiment);
    await readMetricsToEnd(ports, experiment);
    if (failure?.exception === undefined) return { kind: "cancelled" };
    return { kind: "failed", exception: failure.exception };
  }
  return { kind: "done" };
}

function stop(
  open: readonly Run[],
  { cancelKill: kill, cancelReason }: ExperimentAt<"Running">,
): StepResult {
  const told = open.find(({ reason }) => reason?.startsWith(STOPPING))?.reason;
  const why = cancelReason === undefined ? STOPPING : `${STOPPING}: ${cancelReason}`;
  return {
    kind: "wait",
    note: told ?? why,
    async write({ runs, queue, events }) {
      const asked: string[] = [];
      for (const run of open) if (await runs.requestCancel(run.id, kill)) asked.push(run.id);
      if (asked.length === 0) return;
      await queue.wake("run", asked);
      await events.publish({ kind: "work" });
    },
  };
}

/** Of several, what those say that wait for their place. */
function noteOfAll(open: readonly Run[]): string {
  const queueing = open.find(({ state }) => state === "Queueing");
  const ending = open.every(({ state }) => state === "Finalizing");
  const told = queueing ?? (ending ? open.at(0) : open.find(({ state }) => state === "Running"));
  return told === undefined ? "running" : noteOf(told);
}
