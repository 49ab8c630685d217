import type { StepExceptionAnswer } from "../../contract/run.ts";
import type { StepException } from "../../core/experiment.ts";
import { time } from "./times.ts";

export function exceptionOrNull(exception: StepException | undefined): StepExceptionAnswer | null {
  if (exception === undefined) return null;
  const { kind, message, exitCode, signal, hint, logTail, at } = exception;
  return { kind, message, exitCode, signal, hint, logTail, at: at && time(at) };
}
