import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { engines } from "./admin/engines.ts";
import { queue } from "./admin/queue.ts";
import { users } from "./admin/users.ts";

export function admin(shell: Shell): Command {
  return new Command("admin")
    .description("For administrators: engines, what waits, and who may sign in.")
    .addCommand(engines(shell))
    .addCommand(queue(shell))
    .addCommand(users(shell));
}
