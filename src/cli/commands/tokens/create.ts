import { Command } from "commander";

import { CreatedTokenAnswer } from "../../../contract/access.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { duration, jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";

interface Options extends ReadOptions {
  readonly expiresIn?: string;
}

export function create(shell: Shell): Command {
  const command = new Command("create")
    .description("Make a further token of yours, and tell it this once.")
    .argument("<name>", "where it is used: a machine, a script")
    .option(
      "--expires-in <time>",
      "end it after this long: 12h, 90d; else it is good until deleted",
      duration,
    )
    .addOption(jsonOption())
    .action(async (name: string, { expiresIn, json }: Options) => {
      const { client } = await connect(shell);
      const answer = await client.call(ROUTES.createToken, CreatedTokenAnswer, {
        json: { name, ...(expiresIn !== undefined && { expiresIn }) },
      });
      if (json) return printJson(shell, answer);
      print(shell, answer.token);
      remark(shell, "Keep it where it is used: it is not shown again.");
    });
  return withExamples(command, "assay tokens create nightly --expires-in 90d");
}
