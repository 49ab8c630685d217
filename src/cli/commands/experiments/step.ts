import { Command } from "commander";

import { connect } from "../../connect.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { stepOf } from "../../outcome.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { oneLine } from "../../table.ts";

export function step(shell: Shell): Command {
  return new Command("step")
    .description("Print the step where an experiment stands; what is said of it goes to stderr.")
    .argument("<id>", ID_HELP)
    .addOption(jsonOption())
    .action(async (id: string, { json }: ReadOptions) => {
      const current = stepOf(await findExperiment(await connect(shell), id));
      if (json) return printJson(shell, current);
      print(shell, current.name);
      const note = current.exception?.message ?? current.note;
      if (note !== null) remark(shell, oneLine(note));
    });
}
