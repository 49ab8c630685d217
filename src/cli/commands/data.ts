import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { copy } from "./data/cp.ts";
import { list } from "./data/ls.ts";
import { remove } from "./data/rm.ts";

export function data(shell: Shell): Command {
  return new Command("data")
    .description(
      "A project's two buckets: input:/… is what experiments read, output:/… what they wrote.",
    )
    .addCommand(list(shell))
    .addCommand(copy(shell))
    .addCommand(remove(shell));
}
