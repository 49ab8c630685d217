import { EngineUnreachableError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Job } from "../core/job.ts";
import { isFinished } from "../core/lifecycle.ts";
import type { Ports } from "../core/ports.ts";
import { isRunOver, type LiveRun } from "../core/run.ts";
import { aboutJob } from "./about-job.ts";
import { drive, type Look } from "./drive.ts";
import { sealStepLog } from "./experiment/step-log.ts";
import { readMetricsToEnd } from "./metrics/read-to-end.ts";
import { engineFor } from "./run/engine-for.ts";
import { sealLogs } from "./run/replica-logs.ts";

const GAVE_UP = "Assay could not do this step:";

/** How soon it is looked again whether the runs of an experiment that is given up have ended. */
const RUNS_AGAIN_SECONDS = 5;

/** The platform's fault is reported as such, with what it last said, after the same clean-up as any other ending. */
export async function giveUp(ports: Ports, job: Job, why: string): Promise<void> {
  const message = giveUpMessage(why, job.error);
  ports.metrics.count("assay_given_up_total", { kind: job.kind });
  ports.log.error({ ...(await aboutJob(ports, job)), message }, "gave up on a job");
  switch (job.kind) {
    case "experiment":
      return giveUpExperiment(ports, job, message);
    case "run":
      return giveUpRun(ports, job, message);
    case "delivery": {
      const verdict = { decision: "nothing", reason: message, experiments: [] } as const;
      return ports.database.transaction(async ({ queue, deliveries }) => {
        await queue.hold(job);
        await deliveries.decide(job.subjectId, verdict);
        await queue.finish(job);
      });
    }
    case "notice":
      return ports.database.transaction(async ({ queue, outbox }) => {
        await queue.hold(job);
        await outbox.abandon(job.subjectId, message);
        await queue.finish(job);
      });
  }
}

/** Also where the giving up itself met a fault before: it is told once. */
function giveUpMessage(why: string, error = ""): string {
  if (error.startsWith(GAVE_UP)) return error;
  const last = error === "" ? "" : `, at last with: ${error.replace(/\.$/, "")}`;
  return `${GAVE_UP} ${why}${last}. This is the platform's fault, not the experiment's.`;
}

function giveUpExperiment(ports: Ports, job: Job, message: string): Promise<void> {
  const { experiments, runs } = ports.database;
  return drive(
    ports,
    job,
    async (id) => {
      const experiment = await experiments.find(id);
      return experiment === undefined || isFinished(experiment) ? undefined : experiment;
    },
    async (experiment): Promise<Look<Experiment>> => {
      const { id: experimentId, projectId, step } = experiment;
      const open = (await runs.ofExperiment(experimentId)).filter(({ state }) => !isRunOver(state));
      // A finished experiment has no live workload: its runs end first.
      if (open.length > 0)
        return {
          kind: "wait",
          seconds: RUNS_AGAIN_SECONDS,
          // Else the next look would find runs that were cancelled, and call it that.
          fault: job.error ?? message,
          async write({ runs, queue }) {
            for (const run of open) await runs.requestCancel(run.id, true);
            await queue.wake(
              "run",
              open.map(({ id }) => id),
            );
          },
        };
      await sealStepLog(ports.logs, experiment);
      await ifReachable(() => ports.workspaces.close(experiment));
      await readMetricsToEnd(ports, experiment);
      return {
        kind: "moved",
        over: true,
        async write({ experiments, queue, events }) {
          const exception = { kind: "PlatformFault", message };
          await experiments.advance(experiment, { step, status: "Failed", exception });
          await queue.wake("experiment", await experiments.dependents(experimentId));
          await events.publish({ kind: "experiment", experimentId, projectId });
        },
      };
    },
  );
}

function giveUpRun(ports: Ports, job: Job, message: string): Promise<void> {
  const { runs } = ports.database;
  return drive(
    ports,
    job,
    async (id) => {
      const live = await runs.findLive(id);
      return live === undefined || isRunOver(live.run.state) ? undefined : live;
    },
    async ({ run, attempt }): Promise<Look<LiveRun>> => {
      if (attempt !== undefined) {
        const id = attempt.engineId ?? attempt.id;
        await ifReachable(() => engineFor(ports, run).remove(id));
        await sealLogs(ports, run, attempt);
      }
      return {
        kind: "moved",
        over: true,
        async write({ runs, queue }) {
          if (attempt !== undefined) await runs.closeAttempt(attempt.id);
          await runs.advance(run, {
            state: "Failed",
            exception: { kind: "PlatformFault", message },
          });
          await queue.wake("experiment", [run.experimentId]);
        },
      };
    },
  );
}

/** Of an engine that is away nothing can be removed now: the sweep does it once the engine answers again. */
async function ifReachable(cleanUp: () => Promise<unknown>): Promise<void> {
  try {
    await cleanUp();
  } catch (error) {
    if (!(error instanceof EngineUnreachableError)) throw error;
  }
}
