import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import { connect, projectOf } from "../../connect.ts";
import { each } from "../../each.ts";
import { projectOption, withExamples } from "../../options.ts";
import { print, type Shell } from "../../shell.ts";

interface Options {
  readonly project?: string;
}

export function deletion(shell: Shell): Command {
  const command = new Command("delete")
    .description("Delete secrets of a project. What runs already keeps them.")
    .argument("<name...>", "as `assay secrets list` shows them")
    .addOption(projectOption())
    .action(async (names: readonly string[], options: Options) => {
      const connection = await connect(shell);
      const project = projectOf(connection, options.project);
      await each(shell, names, async (name) => {
        await connection.client.open(ROUTES.removeSecret, { path: { project, name } });
        print(shell, `${name} of ${project} is deleted`);
      });
    });
  return withExamples(command, "assay secrets delete HF_TOKEN --project digits");
}
