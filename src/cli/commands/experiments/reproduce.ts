import { Command } from "commander";

import { ProjectAnswer } from "../../../contract/project.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { RunDetailAnswer } from "../../../contract/run.ts";
import { connect } from "../../connect.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { recipe } from "../../recipe.ts";
import { print, printJson, type Shell } from "../../shell.ts";

export function reproduce(shell: Shell): Command {
  const command = new Command("reproduce")
    .description(
      "Print the commands that clone, build and run an experiment by hand: with git and Docker, without Assay.",
    )
    .argument("<id>", ID_HELP)
    .addOption(jsonOption())
    .action((id: string, options: ReadOptions) => printed(shell, id, options));
  return withExamples(command, "assay experiments reproduce digits#12 > again.sh && sh again.sh");
}

async function printed(shell: Shell, id: string, { json }: ReadOptions): Promise<void> {
  const connection = await connect(shell);
  const { client } = connection;
  const experiment = await findExperiment(connection, id);
  const project = await client.call(ROUTES.getProject, ProjectAnswer, {
    path: { project: experiment.project.id },
  });
  const last = experiment.runs.at(-1);
  const run =
    last && (await client.call(ROUTES.getRun, RunDetailAnswer, { path: { id: last.id } }));
  const lines = recipe({ experiment, project, run });
  if (json) printJson(shell, { commands: lines.filter((line) => !line.startsWith("#")) });
  else print(shell, ...lines);
}
