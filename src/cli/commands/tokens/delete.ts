import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { each } from "../../each.ts";
import { print, type Shell } from "../../shell.ts";

export function deletion(shell: Shell): Command {
  return new Command("delete")
    .description("End tokens of yours, and the sessions that were begun with them.")
    .argument("<id...>", "as `assay tokens list` shows it")
    .action(async (ids: readonly string[]) => {
      const { client } = await connect(shell);
      await each(shell, ids, async (id) => {
        await client.open(ROUTES.removeToken, { path: { id } });
        print(shell, `${id} is ended`);
      });
    });
}
