import { Command } from "commander";

import { ProjectPage } from "../../../contract/project.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

export function list(shell: Shell): Command {
  return new Command("list")
    .description("List the projects, newest first.")
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { client } = await connect(shell);
      const found = await all(items(client, ROUTES.listProjects, ProjectPage));
      if (json) return printJson(shell, found);
      const rows = found.map(({ slug, name, forge, gitUrl, engine, createdAt }) => [
        slug,
        name,
        forge,
        gitUrl ?? "",
        engine,
        moment(createdAt),
      ]);
      print(shell, ...table(["PROJECT", "NAME", "FORGE", "REPOSITORY", "ENGINE", "CREATED"], rows));
      if (found.length === 0)
        remark(shell, "There is no project yet: assay projects create <name>");
    });
}
