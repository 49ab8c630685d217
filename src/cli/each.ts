import { EXIT, Exit, type ExitCode } from "./exit.ts";
import { remark, type Shell } from "./shell.ts";

/** Does it for each that is named. One that cannot be is told, and the others are done all the same. */
export async function each(
  shell: Pick<Shell, "err">,
  named: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  let code: ExitCode = EXIT.succeeded;
  for (const name of named)
    try {
      await work(name);
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== EXIT.failed) throw error;
      remark(shell, named.length === 1 ? error.message : `${name}: ${error.message}`);
      code = error.code;
    }
  if (code !== EXIT.succeeded) throw new Exit(code);
}
