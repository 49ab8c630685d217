import { CommanderError } from "commander";

import { EXIT, Exit } from "./exit.ts";
import { createProgram } from "./program.ts";
import { reasonOf } from "./reason.ts";
import { remark, type Shell } from "./shell.ts";

/** Runs a command line without the program's name, and answers the exit code. */
export async function run(words: readonly string[], shell: Shell): Promise<number> {
  try {
    await createProgram(shell).parseAsync(words, { from: "user" });
    return EXIT.succeeded;
  } catch (error) {
    return told(error, shell);
  }
}

function told(error: unknown, shell: Shell): number {
  // Commander has said by itself what is wrong, or has shown what was asked for.
  if (error instanceof CommanderError)
    return ASKED_FOR.has(error.code) ? EXIT.succeeded : EXIT.usage;
  if (shell.interrupted.aborted) return EXIT.interrupted;
  const message = error instanceof Exit ? error.message : reasonOf(error);
  if (message !== "") remark(shell, message);
  return error instanceof Exit ? error.code : EXIT.failed;
}

const ASKED_FOR = new Set(["commander.helpDisplayed", "commander.version"]);
