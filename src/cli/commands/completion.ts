import { Argument, Command } from "commander";

import { completionScript, type ShellName, SHELLS } from "../completions.ts";
import { withExamples } from "../options.ts";
import type { Shell } from "../shell.ts";
import { branches } from "../words.ts";

/** `program` is asked when the command runs, because by then it is whole. */
export function completion({ out }: Shell, program: () => Command): Command {
  const command = new Command("completion")
    .description("Print a script with which a shell completes assay's commands and options.")
    .addArgument(new Argument("<shell>", "yours").choices(SHELLS))
    .action((name: ShellName) => {
      out.write(completionScript(name, branches(program())));
    });
  return withExamples(
    command,
    "source <(assay completion bash)    # in ~/.bashrc",
    "source <(assay completion zsh)     # in ~/.zshrc",
    "assay completion fish > ~/.config/fish/completions/assay.fish",
  );
}
