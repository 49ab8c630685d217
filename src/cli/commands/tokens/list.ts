import { Command } from "commander";

import { TokenPage } from "../../../contract/access.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, type Shell } from "../../shell.ts";
import { table } from "../../table.ts";
import { moment } from "../../units.ts";

export function list(shell: Shell): Command {
  return new Command("list")
    .description("List your tokens: where they are used, and when they were last.")
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { client } = await connect(shell);
      const found = await all(items(client, ROUTES.listTokens, TokenPage));
      if (json) return printJson(shell, found);
      const rows = found.map(({ id, name, createdAt, expiresAt, lastUsedAt }) => [
        id,
        name,
        moment(createdAt),
        lastUsedAt === null ? "never" : moment(lastUsedAt),
        expiresAt === null ? "never" : moment(expiresAt),
      ]);
      print(shell, ...table(["TOKEN", "NAME", "CREATED", "LAST USED", "EXPIRES"], rows));
    });
}
