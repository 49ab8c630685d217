import type { LogQuery } from "../contract/log.ts";
import { BadRequestError, NotFoundError } from "../core/errors.ts";
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

/** How many logs a refusal names. */
const MOST_NAMED = 5;

/** Says which logs there are instead, as the query that names each. */
export async function noSuchLog(
  { database }: Pick<Ports, "database">,
  { id, projectSlug, number, step }: Experiment,
): Promise<NotFoundError> {
  const logs = await database.logs.ofExperiment(id);
  const names = logs.map((log) => `?${choiceOf(log).toString()}`);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  const has =
    names.length === 0
      ? `It is at ${step} and has none yet.`
      : `It is at ${step} and has ${names.slice(0, MOST_NAMED).join(", ")}${more}.`;
  return new NotFoundError(`${projectSlug}#${number} has no such log. ${has}`);
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
export function addressOf(log: LogRecord): string {
  const query = choiceOf(log);
  if (log.runId !== undefined) query.set("run", log.runId);
  return `/api/v1/experiments/${log.experimentId}/logs?${query.toString()}`;
}

/** What chooses it among the logs of an experiment that has one run. */
function choiceOf({ step, attempt, replica }: LogRecord): URLSearchParams {
  return new URLSearchParams({
    step,
    ...(attempt !== undefined && { attempt: String(attempt) }),
    ...(replica !== undefined && { replica }),
  });
}
