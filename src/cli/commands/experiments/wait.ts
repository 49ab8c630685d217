import { Command } from "commander";

import { connect } from "../../connect.ts";
import { EXIT, Exit } from "../../exit.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { endOf, untilInterrupted } from "../../follow.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { exitCodeOfAll, outcome } from "../../outcome.ts";
import { print, printJson, type Shell } from "../../shell.ts";

export function wait(shell: Shell): Command {
  const command = new Command("wait")
    .description(
      "Wait until experiments have finished. Exits with 0 where all succeeded, 1 where one failed, 3 where one was cancelled.",
    )
    .argument("<id...>", ID_HELP)
    .addOption(jsonOption())
    .action((ids: readonly string[], options: ReadOptions) => waitForAll(shell, ids, options));
  return withExamples(command, "assay experiments wait digits#12 && ./publish.sh");
}

async function waitForAll(
  shell: Shell,
  ids: readonly string[],
  { json }: ReadOptions,
): Promise<void> {
  const connection = await connect(shell);
  // Before any waiting: a name that means nothing is told at once.
  const named = await Promise.all(ids.map((id) => findExperiment(connection, id)));
  const ended = await Promise.all(
    named.map((experiment) =>
      untilInterrupted(shell, experiment, async () => {
        const last = await endOf(connection.client, experiment);
        if (!json) print(shell, outcome(last));
        return last;
      }),
    ),
  );
  if (json) printJson(shell, ended);
  const code = exitCodeOfAll(ended);
  if (code !== EXIT.succeeded) throw new Exit(code);
}
