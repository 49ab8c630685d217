import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { create } from "./tokens/create.ts";
import { deletion } from "./tokens/delete.ts";
import { list } from "./tokens/list.ts";

export function tokens(shell: Shell): Command {
  return new Command("tokens")
    .description("Your tokens: one for each place where you sign in or push from.")
    .addCommand(create(shell))
    .addCommand(list(shell))
    .addCommand(deletion(shell));
}
