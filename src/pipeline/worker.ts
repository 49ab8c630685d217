import { EngineUnreachableError, LostLeaseError, StaleExperimentError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { aboutJob } from "./about-job.ts";
import { giveUp } from "./give-up.ts";
import { messageOf } from "./message-of.ts";
import { tellOwed } from "./notices/tell-owed.ts";
import { tryingAgain, waitingForEngine } from "./passing-notes.ts";
import { decideDelivery } from "./verbs/decide-delivery.ts";
import { workOnExperiment } from "./work-on-experiment.ts";
import { workOnRun } from "./work-on-run.ts";

/** Tries of one look before the platform's fault is told to the person who pushed. */
const MOST_FAILURES = 8;
/** Servers that ended while they were at the same step or stage: it may be what ends them. */
const MOST_LOST_LEASES = 5;
const UNREACHABLE_RETRY_SECONDS = 3;
/** An engine that is away is unknown, not failed; but nobody waits for ever. */
const MOST_UNREACHABLE_HOURS = 24;
const STALE_RETRY_SECONDS = 0.2;

/** Works on one claimed job, and hands it back whatever happens. Never throws. */
export async function work(ports: Ports, job: Job, signal: AbortSignal): Promise<void> {
  try {
    const hopeless = hopelessBecause(job);
    if (hopeless === undefined) await handle(ports, job, signal);
    else await giveUp(ports, job, hopeless);
  } catch (error) {
    await handBack(ports, job, error, signal).catch((failure: unknown) => {
      // The database is away: the claim ends with this server's lease.
      ports.log.warn({ jobId: job.id, error: failure }, "a job could not be handed back");
    });
  }
}

function hopelessBecause({
  failures,
  lostLeases,
  unreachableSeconds = 0,
}: Job): string | undefined {
  if (unreachableSeconds >= MOST_UNREACHABLE_HOURS * 3600)
    return `the engine that it needs has not answered for ${MOST_UNREACHABLE_HOURS} hours`;
  if (lostLeases >= MOST_LOST_LEASES)
    return `the servers that worked on it died ${lostLeases} times`;
  return failures >= MOST_FAILURES ? `it failed ${failures} times` : undefined;
}

function handle(ports: Ports, job: Job, signal: AbortSignal): Promise<void> {
  switch (job.kind) {
    case "experiment":
      return workOnExperiment(ports, job, signal);
    case "run":
      return workOnRun(ports, job, signal);
    case "delivery":
      return decideDelivery(ports, job, signal);
    case "notice":
      return tellOwed(ports, job, signal);
  }
}

async function handBack(
  ports: Ports,
  job: Job,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { queue } = ports.database;
  // Somebody else has it: whatever was found out here is dropped.
  if (error instanceof LostLeaseError) {
    ports.metrics.count("assay_lost_leases_total", { kind: job.kind });
    return;
  }
  // Cancelled, or this server stops: it is looked at again.
  if (signal.aborted) {
    await queue.release(job, 0, "timer");
    return ports.events.publish({ kind: "work" });
  }
  // Moved by somebody else: looked at again, but not for ever.
  if (error instanceof StaleExperimentError)
    return queue.retry(job, STALE_RETRY_SECONDS, error.message);
  if (error instanceof EngineUnreachableError) {
    await tell(ports, job, waitingForEngine(error.message));
    return queue.awaitEngine(job, UNREACHABLE_RETRY_SECONDS);
  }
  await tryAgain(ports, job, error);
}

async function tryAgain(ports: Ports, job: Job, error: unknown): Promise<void> {
  const seconds = Math.min(60, 2 ** job.failures);
  const message = messageOf(error);
  const about = await aboutJob(ports, job);
  ports.log.warn(
    { ...about, seconds, error },
    "a step met a fault of the platform and will be tried again",
  );
  ports.metrics.count("assay_retries_total", { kind: job.kind });
  await ports.database.transaction(async (stores) => {
    await stores.queue.hold(job);
    if (job.kind === "experiment") {
      const experiment = await stores.experiments.find(job.subjectId);
      const note = tryingAgain(seconds, message);
      if (experiment !== undefined) await stores.experiments.retryStep(experiment, note);
    }
    await stores.queue.retry(job, seconds, message);
  });
  if (job.kind === "run") await tell(ports, job, tryingAgain(seconds, message));
}

/** Says in the experiment's note what it waits for. */
async function tell(ports: Ports, job: Job, note: string): Promise<void> {
  const experiment = await experimentOf(ports, job);
  if (experiment === undefined) return;
  await ports.database.experiments.note(experiment, note);
  const { id: experimentId, projectId } = experiment;
  await ports.events.publish({ kind: "experiment", experimentId, projectId });
}

async function experimentOf({ database }: Ports, job: Job): Promise<Experiment | undefined> {
  if (job.kind === "experiment") return database.experiments.find(job.subjectId);
  if (job.kind !== "run") return undefined;
  const run = await database.runs.find(job.subjectId);
  return run && database.experiments.find(run.experimentId);
}
