import { Command } from "commander";

import { connect } from "../../connect.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { print, printJson, type Shell } from "../../shell.ts";

export function status(shell: Shell): Command {
  return new Command("status")
    .description(
      "Print an experiment's status: Created, Processing, Succeeded, Failed or Cancelled. Exits with 0 whatever it is; wait exits as the experiment ended.",
    )
    .argument("<id>", ID_HELP)
    .addOption(jsonOption())
    .action(async (id: string, { json }: ReadOptions) => {
      const experiment = await findExperiment(await connect(shell), id);
      if (json) printJson(shell, { id: experiment.id, status: experiment.status });
      else print(shell, experiment.status);
    });
}
