import { randomUUID } from "node:crypto";

import { Command } from "commander";

import { ExperimentAnswer } from "../../../contract/experiment.ts";
import { ROUTES } from "../../../contract/routes.ts";
import type { Client } from "../../client.ts";
import { connect, projectOf } from "../../connect.ts";
import { EXIT, Exit } from "../../exit.ts";
import { follow } from "../../follow.ts";
import { fullCommit } from "../../local-git.ts";
import {
  count,
  duration,
  followOption,
  jsonOption,
  parameter,
  projectOption,
  type ReadOptions,
  repeated,
  variable,
  withExamples,
} from "../../options.ts";
import { called } from "../../outcome.ts";
import { print, printJson, type Shell } from "../../shell.ts";

interface Options extends ReadOptions {
  readonly project?: string;
  readonly branch?: string;
  readonly manifest?: string;
  readonly message?: string;
  readonly name?: string;
  readonly description?: string;
  readonly engine?: string;
  readonly param?: ReturnType<typeof parameter>;
  readonly env?: ReturnType<typeof variable>;
  readonly tag?: readonly string[];
  readonly priority?: number;
  readonly timeout?: string;
  readonly freshBuild?: true;
  readonly follow?: true;
}

export function submitCommit(shell: Shell): Command {
  const command = new Command("commit")
    .description("Start an experiment of a commit that the project's repository has.")
    .argument("[sha]", "the commit; without it the head of --branch, else of main")
    .addOption(projectOption())
    .option("-b, --branch <branch>", "the branch that the commit is on, or whose head is meant")
    .option("-m, --manifest <manifest>", "as in exp[<manifest>]: …; else manifest.yaml")
    .option("--message <message>", "instead of the commit's")
    .option("--name <name>", "instead of the manifest's")
    .option("--description <text>", "what it is for")
    .option("--engine <engine>", "where it runs; else the context's, the manifest's, the project's")
    .option("--param <name=value>", "a parameter's value; repeatable", parameter)
    .option("--env <NAME=value>", "a variable of its containers; repeatable", variable)
    .option("--tag <tag>", "to find it by; repeatable", repeated)
    .option("--priority <1..99>", "smaller is sooner", count)
    .option("--timeout <duration>", "90s, 2m, 1h30m, 1d", duration)
    .option("--fresh-build", "build the image, also where one of the same content is there")
    .addOption(followOption())
    .addOption(jsonOption())
    .action((sha: string | undefined, options: Options) => submit(shell, sha, options));
  return withExamples(
    command,
    "assay experiments submit commit --branch main --follow",
    "assay experiments submit commit 3f2a91c -p digits -m large --param lr=0.01 --tag nightly",
  );
}

async function submit(shell: Shell, sha: string | undefined, options: Options): Promise<void> {
  const connection = await connect(shell);
  const { client, settings } = connection;
  const { project, param, tag, env, json, follow: follows, ...rest } = options;
  const body = {
    engine: settings.engine,
    ...rest,
    project: projectOf(connection, project),
    commit: sha === undefined ? undefined : await fullCommit(shell, sha),
    params: param,
    env,
    tags: tag,
  };
  const experiment = await send(client, body);
  if (!json) print(shell, `${called(experiment)} ${client.url}/experiments/${experiment.id}`);
  if (follows === true) await follow(shell, client, experiment, json);
  else if (json) printJson(shell, experiment);
}

const MOST_TRIES = 4;

/** A connection that breaks leaves open whether the request arrived: with its key it may be sent again. */
async function send(client: Client, json: object): Promise<ExperimentAnswer> {
  const headers = { "idempotency-key": randomUUID() };
  for (let tries = 1; ; tries += 1)
    try {
      return await client.call(ROUTES.submitExperiment, ExperimentAnswer, { json, headers });
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== EXIT.unreachable) throw error;
      if (tries === MOST_TRIES) throw error;
      await client.pause(200 * 2 ** tries);
    }
}
