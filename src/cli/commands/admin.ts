import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { engines } from "./admin/engines.ts";
import { queue } from "./admin/queue.ts";

export function admin(shell: Shell): Command {
  return new Command("admin")
    .description("For administrators: engines, and what waits.")
    .addCommand(engines(shell))
    .addCommand(queue(shell));
}
