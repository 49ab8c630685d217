import { Command } from "commander";

import { CreatedUserAnswer, UserPage } from "../../../contract/access.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { each } from "../../each.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

export function users(shell: Shell): Command {
  const command = new Command("users")
    .description("Show who may sign in; let somebody in, or out.")
    .addCommand(list(shell), { isDefault: true })
    .addCommand(create(shell))
    .addCommand(deletion(shell));
  return withExamples(command, "assay admin users", "assay admin users create ada@lab.example");
}

function list(shell: Shell): Command {
  return new Command("list")
    .description("List the users.")
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { client } = await connect(shell);
      const found = await all(items(client, ROUTES.listUsers, UserPage));
      if (json) return printJson(shell, found);
      const rows = found.map(({ name, administrator, createdBy, createdAt }) => [
        name,
        administrator ? "administrator" : "user",
        moment(createdAt),
        createdBy ?? "",
      ]);
      print(shell, ...table(["NAME", "IS", "CREATED", "BY"], rows));
    });
}

interface CreateOptions extends ReadOptions {
  readonly administrator?: boolean;
}

function create(shell: Shell): Command {
  return new Command("create")
    .description("Let somebody in: makes their first token, and tells it this once.")
    .argument("<name>", "a short name or an address, as experiments will show it")
    .option("--administrator", "they may hold the queue and let others in as well")
    .addOption(jsonOption())
    .action(async (name: string, { administrator = false, json }: CreateOptions) => {
      const { client } = await connect(shell);
      const answer = await client.call(ROUTES.createUser, CreatedUserAnswer, {
        json: { name, administrator },
      });
      if (json) return printJson(shell, answer);
      print(shell, answer.token);
      remark(
        shell,
        `Give it to ${answer.name}, for \`assay login\` and the dashboard: it is not shown again.`,
      );
    });
}

function deletion(shell: Shell): Command {
  return new Command("delete")
    .description("End users' tokens and sessions at once. What they started stays, and goes on.")
    .argument("<name...>", "as `assay admin users` shows them")
    .action(async (names: readonly string[]) => {
      const { client } = await connect(shell);
      await each(shell, names, async (name) => {
        await client.open(ROUTES.removeUser, { path: { name } });
        print(shell, `${name} is out`);
      });
    });
}
