import { Command } from "commander";

import { version } from "../version.ts";
import { admin } from "./commands/admin.ts";
import { completion } from "./commands/completion.ts";
import { context } from "./commands/context.ts";
import { data } from "./commands/data.ts";
import { experiments } from "./commands/experiments.ts";
import { init } from "./commands/init.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { manifest } from "./commands/manifest.ts";
import { projects } from "./commands/projects.ts";
import { secrets } from "./commands/secrets.ts";
import { tokens } from "./commands/tokens.ts";
import { withExamples } from "./options.ts";
import type { Shell } from "./shell.ts";
import { inShort } from "./words.ts";

/** Every command of `assay`. */
export function createProgram(shell: Shell): Command {
  const program: Command = new Command("assay")
    .description(
      "Experiments from the terminal: start them, look on, compare them, fetch what they made.",
    )
    .version(version, "-V, --version", "print the version")
    .addCommand(login(shell))
    .addCommand(logout(shell))
    .addCommand(context(shell))
    .addCommand(experiments(shell))
    .addCommand(projects(shell))
    .addCommand(secrets(shell))
    .addCommand(manifest(shell))
    .addCommand(data(shell))
    .addCommand(init(shell))
    .addCommand(tokens(shell))
    .addCommand(admin(shell))
    .addCommand(completion(shell, () => program));
  program.addHelpText("after", ENVIRONMENT);
  for (const command of everyCommand(program)) settle(command, shell);
  return withExamples(
    program,
    "assay login",
    "assay experiments submit commit --branch main --follow",
  );
}

/** A command and all below it, each after the one that it belongs to. */
export function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

const ENVIRONMENT = `
Exit codes:
  0 succeeded, 1 failed, 2 not written as it must be, 3 cancelled, 4 the server does not answer

Environment:
  ASSAY_URL, ASSAY_TOKEN, ASSAY_PROJECT  win over what login and context keep
  NO_COLOR                               no colours`;

/** The same in all of them: they write where the shell says, end nothing themselves, and suggest what was meant. */
function settle(command: Command, { out, err }: Shell): void {
  command
    .summary(inShort(command.description()))
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(false)
    .helpOption("-h, --help", "show this help")
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => out.columns ?? 100,
      getErrHelpWidth: () => err.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}
