import type { BuildFailedError } from "../../core/errors.ts";
import type { StepLog } from "./step-log.ts";
import { failed, type StepResult } from "./step-result.ts";

/** The user's mistake: its sentence ends the log, and is the step's exception. */
export async function buildFailed(log: StepLog, error: BuildFailedError): Promise<StepResult> {
  const { exitCode } = error;
  const message = log.masked(error.message);
  const hint = error.hint === undefined ? undefined : log.masked(error.hint);
  await log.line(message);
  await log.seal();
  return failed("BuildFailed", message, { hint, exitCode, logTail: log.tail });
}
