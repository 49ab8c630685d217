import { Command } from "commander";

import { WebhookSecretAnswer } from "../../../contract/project.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, projectOf } from "../../connect.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";

export function webhookSecret(shell: Shell): Command {
  return new Command("webhook-secret")
    .description("Make a new secret for the forge's webhook, and tell it this once.")
    .argument("[project]", "its slug or id; else the context's")
    .addOption(jsonOption())
    .action(async (named: string | undefined, { json }: ReadOptions) => {
      const connection = await connect(shell);
      const path = { project: projectOf(connection, named) };
      const { client } = connection;
      const answer = await client.call(ROUTES.rotateWebhookSecret, WebhookSecretAnswer, { path });
      if (json) return printJson(shell, answer);
      print(shell, answer.webhookSecret);
      remark(shell, "Give it to the forge. The old one is good for another day.");
    });
}
