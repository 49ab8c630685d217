import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { create } from "./projects/create.ts";
import { credential } from "./projects/credential.ts";
import { deliveries } from "./projects/deliveries.ts";
import { list } from "./projects/list.ts";
import { notices } from "./projects/notices.ts";
import { show } from "./projects/show.ts";
import { webhookSecret } from "./projects/webhook-secret.ts";

export function projects(shell: Shell): Command {
  return new Command("projects")
    .description("The repositories that are watched.")
    .addCommand(create(shell))
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(deliveries(shell))
    .addCommand(webhookSecret(shell))
    .addCommand(credential(shell))
    .addCommand(notices(shell));
}
