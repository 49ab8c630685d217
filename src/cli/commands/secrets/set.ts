import { Command } from "commander";

import { ROUTES } from "../../../contract/routes.ts";
import { SecretAnswer } from "../../../contract/secret.ts";
import { connect, projectOf } from "../../connect.ts";
import { jsonOption, projectOption, type ReadOptions, withExamples } from "../../options.ts";
import { readValue } from "../../read-value.ts";
import { print, printJson, type Shell } from "../../shell.ts";

interface Options extends ReadOptions {
  readonly project?: string;
  readonly file?: string;
}

export function set(shell: Shell): Command {
  const command = new Command("set")
    .description(
      "Set a secret of a project, for experiments from now on. Its value is typed unseen, or comes from a pipe or a file.",
    )
    .argument("<name>", "as the variable is called that experiments get")
    .argument("[value]", "better left out: what is typed here stays in the shell's history")
    .addOption(projectOption())
    .option("--file <path>", "the value is this file's content, as it is; - is the standard input")
    .addOption(jsonOption())
    .action((name: string, value: string | undefined, options: Options) =>
      wasSet(shell, name, value, options),
    );
  return withExamples(
    command,
    "assay secrets set WANDB_API_KEY",
    "assay secrets set DEPLOY_KEY --file ~/.ssh/deploy",
    "pass show lab/hub | assay secrets set HF_TOKEN --project digits",
  );
}

async function wasSet(
  shell: Shell,
  name: string,
  written: string | undefined,
  { project: named, file, json }: Options,
): Promise<void> {
  const connection = await connect(shell);
  const project = projectOf(connection, named);
  const value = await readValue(shell, `Value of ${name}: `, { written, file });
  const secret = await connection.client.call(ROUTES.setSecret, SecretAnswer, {
    path: { project, name },
    json: { value },
  });
  if (json) return printJson(shell, secret);
  print(shell, `${secret.name} of ${project} is set: version ${secret.version}`);
}
