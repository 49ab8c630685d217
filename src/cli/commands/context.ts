import { Command } from "commander";

import { readSaved, save } from "../config-file.ts";
import { jsonOption, type ReadOptions, withExamples } from "../options.ts";
import { readSettings } from "../settings.ts";
import { print, printJson, type Shell } from "../shell.ts";
import { facts } from "../table.ts";

/** What stands for itself where a command does not name it. */
const NAMES = ["project", "engine"] as const;

export function context(shell: Shell): Command {
  return new Command("context")
    .description("The project and the engine that are meant where a command names none.")
    .addCommand(show(shell))
    .addCommand(set(shell))
    .addCommand(unset(shell));
}

function show(shell: Shell): Command {
  return new Command("show")
    .description("Show the server, the project and the engine that commands use.")
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { url, token, project, engine } = await readSettings(shell);
      const signedIn = token !== undefined;
      if (json) return printJson(shell, { url, signedIn, project, engine });
      const who = signedIn ? "with a token" : "nobody: run assay login";
      print(
        shell,
        ...facts([
          ["server", url],
          ["signed in", who],
          ["project", project],
          ["engine", engine],
        ]),
      );
    });
}

function set(shell: Shell): Command {
  const command = new Command("set").description("Mean this one from now on.");
  for (const name of NAMES)
    command.addCommand(
      new Command(name)
        .description(`Mean this ${name} from now on.`)
        .argument("<name>", `the ${name}'s name`)
        .action(async (value: string) => {
          await save(shell, { ...(await readSaved(shell)), [name]: value });
          print(shell, `The ${name} is ${value} where a command names none.`);
        }),
    );
  return withExamples(
    command,
    "assay context set project digits",
    "assay context set engine docker",
  );
}

function unset(shell: Shell): Command {
  const command = new Command("unset").description("Mean none any more.");
  for (const name of NAMES)
    command.addCommand(
      new Command(name).description(`Mean no ${name} any more.`).action(async () => {
        await save(shell, { ...(await readSaved(shell)), [name]: undefined });
        print(shell, `Every command names its ${name} from now on.`);
      }),
    );
  return command;
}
