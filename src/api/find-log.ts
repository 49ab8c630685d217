import type { LogQuery } from "../contract/log.ts";
import { BadRequestError } from "../core/errors.ts";
import { type Experiment, STEPS } from "../core/experiment.ts";
import { isFinished } from "../core/lifecycle.ts";
import type { LogRecord } from "../core/log-store.ts";
import type { Ports } from "../core/ports.ts";
import { selectLog } from "./select-log.ts";
import { beyondEnd } from "./send-bytes.ts";

export async function findLog(
  { database }: Pick<Ports, "database">,
  { id }: Experiment,
  query: LogQuery,
): Promise<LogRecord | undefined> {
  const [logs, runs] = await Promise.all([
    database.logs.ofExperiment(id),
    database.runs.ofExperiment(id),
  ]);
  return selectLog(logs, runs, query);
}

/** Whether a log that is not there may still begin. */
export function mayCome(experiment: Experiment, { step }: LogQuery): boolean {
  if (isFinished(experiment)) return false;
  return step === undefined || STEPS.indexOf(step) >= STEPS.indexOf(experiment.step);
}

/** Where to begin, as `offset` or `tail` says; undefined where neither is given. */
export async function startOf(
  ports: Pick<Ports, "logs">,
  log: LogRecord,
  { offset, tail }: LogQuery,
): Promise<number | undefined> {
  if (offset !== undefined && tail !== undefined)
    throw new BadRequestError("Name an offset or a tail, not both.");
  if (offset !== undefined && offset > log.stored) throw beyondEnd(log.stored);
  return tail === undefined ? offset : ports.logs.tailOffset(log, tail);
}

/** The address that means this very log, also when a later one has begun: for those who resume. */
export function addressOf({ experimentId, step, runId, attempt, replica }: LogRecord): string {
  const query = new URLSearchParams({
    step,
    ...(runId !== undefined && { run: runId }),
    ...(attempt !== undefined && { attempt: String(attempt) }),
    ...(replica !== undefined && { replica }),
  });
  return `/api/v1/experiments/${experimentId}/logs?${query.toString()}`;
}
