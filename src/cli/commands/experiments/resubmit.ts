import { Command } from "commander";

import { ExperimentAnswer } from "../../../contract/experiment.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, referenceOf } from "../../connect.ts";
import { ID_HELP } from "../../experiments.ts";
import { follow } from "../../follow.ts";
import {
  count,
  duration,
  followOption,
  jsonOption,
  parameter,
  type ReadOptions,
  repeated,
  variable,
  withExamples,
} from "../../options.ts";
import { called } from "../../outcome.ts";
import { print, printJson, type Shell } from "../../shell.ts";

interface Options extends ReadOptions {
  readonly param?: ReturnType<typeof parameter>;
  readonly env?: ReturnType<typeof variable>;
  readonly resource?: ReturnType<typeof parameter>;
  readonly command?: string;
  readonly engine?: string;
  readonly timeout?: string;
  readonly priority?: number;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly freshBuild?: true;
  readonly follow?: true;
}

export function resubmit(shell: Shell): Command {
  const command = new Command("resubmit")
    .description(
      "Start the same again: the same commit and image, with other values where you give some.",
    )
    .argument("<id>", ID_HELP)
    .option("--param <name=value>", "a parameter's value; repeatable", parameter)
    .option("--env <NAME=value>", "a variable of its containers; repeatable", variable)
    .option(
      "--resource <name=value>",
      "cpus, memory, gpus, … of every replica; repeatable",
      parameter,
    )
    .option("--command <command>", "instead of the manifest's")
    .option("--engine <engine>", "where it runs")
    .option("--timeout <duration>", "90s, 2m, 1h30m, 1d", duration)
    .option("--priority <1..99>", "smaller is sooner", count)
    .option("--name <name>", "instead of the original's")
    .option("--tag <tag>", "instead of the original's; repeatable", repeated)
    .option("--fresh-build", "build the image again")
    .addOption(followOption())
    .addOption(jsonOption())
    .action((id: string, options: Options) => again(shell, id, options));
  return withExamples(command, "assay experiments resubmit digits#12 --param lr=0.003 --follow");
}

async function again(shell: Shell, id: string, options: Options): Promise<void> {
  const connection = await connect(shell);
  const { client } = connection;
  const { freshBuild, param, resource, tag, json, follow: follows, ...rest } = options;
  const overrides = { ...rest, params: param, resources: resource, tags: tag };
  const experiment = await client.call(ROUTES.resubmitExperiment, ExperimentAnswer, {
    path: { id: referenceOf(connection, id) },
    json: { freshBuild, overrides },
  });
  if (!json) print(shell, `${called(experiment)} ${client.url}/experiments/${experiment.id}`);
  if (follows === true) await follow(shell, client, experiment, json);
  else if (json) printJson(shell, experiment);
}
