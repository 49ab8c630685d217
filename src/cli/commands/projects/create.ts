import { Command, Option } from "commander";

import { CreatedProjectAnswer, CreateProjectRequest } from "../../../contract/project.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import {
  count,
  duration,
  jsonOption,
  type ReadOptions,
  repeated,
  withExamples,
} from "../../options.ts";
import { firstSteps } from "../../project-steps.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";

interface Options extends ReadOptions {
  readonly slug?: string;
  readonly forge: string;
  readonly repository?: string;
  readonly engine?: string;
  readonly branch?: readonly string[];
  readonly maxActive?: number;
  readonly poll?: string;
  readonly trigger?: string;
}

const FORGES = CreateProjectRequest.shape.forge.options;

export function create(shell: Shell): Command {
  const command = new Command("create")
    .description("Make a project, and say what is to be done until its first push runs.")
    .argument("<name>", "as people call it")
    .option("--slug <slug>", "its name in addresses; else made of the name")
    .addOption(
      new Option(
        "--forge <forge>",
        "where its repository lives; builtin is a git remote of the server's own",
      )
        .choices(FORGES)
        .default("builtin"),
    )
    .option("--repository <url>", "the clone URL, at another forge than the built-in one")
    .option("--engine <engine>", "where its experiments run; else the server's first")
    .option("--branch <glob>", "only pushes to such branches start something; repeatable", repeated)
    .option(
      "--poll <time>",
      "ask the repository for pushes this often (30s), for servers that its forge cannot reach",
      duration,
    )
    .option("--max-active <count>", "at most so many experiments at a time", count)
    .addOption(new Option("--trigger <rule>", "how exp: is read").choices(["strict", "loose"]))
    .addOption(jsonOption())
    .action((name: string, options: Options) => created(shell, name, options));
  return withExamples(
    command,
    "assay projects create digits",
    "assay projects create letters --forge github --repository https://github.com/lab/letters.git",
    "assay projects create words --forge gitea --repository https://git.lab.example/lab/words.git --poll 30s",
  );
}

async function created(shell: Shell, name: string, options: Options): Promise<void> {
  const { client } = await connect(shell);
  const {
    slug,
    forge,
    repository,
    engine,
    branch: branches,
    maxActive,
    trigger,
    poll,
    json,
  } = options;
  const project = await client.call(ROUTES.createProject, CreatedProjectAnswer, {
    json: {
      name,
      slug,
      forge,
      repository,
      engine,
      settings: { branches, maxActive, trigger, pollSeconds: poll },
    },
  });
  if (json) return printJson(shell, project);
  print(
    shell,
    `Project ${project.slug} is made.`,
    "",
    ...firstSteps(project, project.webhookSecret),
  );
  if (project.warning !== undefined) remark(shell, project.warning);
}
