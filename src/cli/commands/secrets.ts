import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { deletion } from "./secrets/delete.ts";
import { list } from "./secrets/list.ts";
import { set } from "./secrets/set.ts";

export function secrets(shell: Shell): Command {
  return new Command("secrets")
    .description(
      "What a project's experiments may ask for and nobody reads: values go in, and never come out.",
    )
    .addCommand(set(shell))
    .addCommand(list(shell))
    .addCommand(deletion(shell));
}
