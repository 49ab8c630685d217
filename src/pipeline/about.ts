import type { Cause } from "../core/cause.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Logger } from "../core/logger.ts";
import type { Attempt, Run } from "../core/run.ts";

/** The same ports, whose log says with every line what it is about. */
export function about<P extends { readonly log: Logger }>(ports: P, fields: object): P {
  const log = logAbout(ports.log, fields);
  // What is read of a port only when it is needed stays so.
  return Object.create(ports, { log: { value: log, enumerable: true } });
}

export const aboutExperiment = (experiment: Pick<Experiment, "id" | keyof Cause>): object => ({
  ...causeOf(experiment),
  experimentId: experiment.id,
});

export const aboutRun = (
  run: Pick<Run, "id" | "experimentId" | keyof Cause>,
  attempt?: Pick<Attempt, "id" | "engineId">,
): object => ({
  ...causeOf(run),
  experimentId: run.experimentId,
  runId: run.id,
  ...(attempt && { attemptId: attempt.id }),
  ...(attempt?.engineId && { engineId: attempt.engineId }),
});

const causeOf = ({ deliveryId, requestId }: Cause): object => ({
  ...(deliveryId !== undefined && { deliveryId }),
  ...(requestId !== undefined && { requestId }),
});

function logAbout(log: Logger, about: object): Logger {
  const line =
    (level: keyof Logger): Logger[keyof Logger] =>
    (fields, message) =>
      log[level]({ ...about, ...fields }, message);
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
