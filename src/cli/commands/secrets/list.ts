import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import { SecretPage } from "../../../contract/secret.ts";
import { connect, projectOf } from "../../connect.ts";
import { jsonOption, projectOption, type ReadOptions } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly project?: string;
}

export function list(shell: Shell): Command {
  return new Command("list")
    .description("List a project's secrets: their names, and who set them when.")
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(async ({ project: named, json }: Options) => {
      const connection = await connect(shell);
      const path = { project: projectOf(connection, named) };
      const found = await all(items(connection.client, ROUTES.listSecrets, SecretPage, { path }));
      if (json) return printJson(shell, found);
      const rows = found.map(({ name, version, createdBy, createdAt }) => [
        name,
        String(version),
        createdBy ?? "",
        moment(createdAt),
      ]);
      print(shell, ...table(["SECRET", "VERSION", "SET BY", "SET"], rows));
      if (found.length === 0)
        remark(shell, `${path.project} has no secret yet: assay secrets set <name>`);
    });
}
