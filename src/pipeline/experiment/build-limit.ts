import type { Project } from "../../core/project.ts";
import { failed, type StepResult } from "./step-result.ts";

/** Does a part of Building within the project's limit for it: what takes longer fails the step. */
export async function withinLimit<T>(
  { settings: { buildTimeoutSeconds } }: Project,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | StepResult> {
  const timeout = AbortSignal.timeout(buildTimeoutSeconds * 1000);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error;
    return failed("Timeout", tookTooLong(buildTimeoutSeconds));
  }
}

export const tookTooLong = (seconds: number): string =>
  `Building took longer than the project's limit of ${seconds} s.`;
