import type { ReplicaState } from "../../core/engine.ts";
import type { StepException } from "../../core/experiment.ts";

/** Signals by their exit code less 128. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

/** What an exit code means, in words for the person who pushed. */
export function exitException(
  replica: string,
  state: Extract<ReplicaState, { kind: "exited" }>,
  severalReplicas: boolean,
): StepException {
  const { exitCode } = state;
  const who = severalReplicas ? `${replica}: ` : "";
  if (state.outOfMemory)
    return {
      kind: "OutOfMemory",
      message: `${who}It used more memory than its limit and was killed.`,
      hint: "Ask for more: spec.types.<type>.resources.memory (GiB), or ramRatio.",
      exitCode,
      signal: "SIGKILL",
    };
  if (state.error !== undefined)
    return {
      kind: "CannotStart",
      message: `${who}It could not be started: ${state.error}`,
      exitCode,
    };
  const signal = SIGNALS[exitCode - 128];
  return {
    kind: "ExitCode",
    message: `${who}The command ended with exit code ${exitCode}${signal === undefined ? "" : ` (${signal})`}${lasted(state)}.`,
    exitCode,
    ...(signal !== undefined && { signal }),
    ...(hintOf(exitCode) !== undefined && { hint: hintOf(exitCode) }),
  };
}

function lasted({ startedAt, finishedAt }: Extract<ReplicaState, { kind: "exited" }>): string {
  if (startedAt === undefined || finishedAt === undefined) return "";
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds >= 0 ? ` after ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s` : "";
}

function hintOf(exitCode: number): string | undefined {
  switch (exitCode) {
    case 126:
      return "The command was found but cannot be executed: is it a program, and has it the x bit?";
    case 127:
      return "The command was not found in the image: check spec.command and the image's PATH.";
    case 135:
      return "A bus error often means that shared memory is too small: raise resources.shmSizeGB.";
    case 137:
      return "Something killed it: often a part of the program that ran out of memory.";
    default:
      return undefined;
  }
}
