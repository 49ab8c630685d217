import { Command, Option } from "commander";

import { EXPERIMENT_ORDERS, ExperimentQuery } from "../../../contract/experiment-requests.ts";
import { ExperimentItem, ExperimentPage } from "../../../contract/experiment.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import {
  count,
  jsonOption,
  projectOption,
  type ReadOptions,
  repeated,
  withExamples,
} from "../../options.ts";
import { called } from "../../outcome.ts";
import { all, items } from "../../pages.ts";
import { print, printJson, remark, type Shell } from "../../shell.ts";
import { cut, table } from "../../table.ts";
import { lastingFrom, moment } from "../../units.ts";

interface Options extends ReadOptions {
  readonly project?: string;
  readonly allProjects?: true;
  readonly engine?: string;
  readonly status?: readonly string[];
  readonly step?: string;
  readonly branch?: string;
  readonly author?: string;
  readonly tag?: readonly string[];
  readonly query?: string;
  readonly archived?: string;
  readonly parent?: string;
  readonly where?: readonly string[];
  readonly sort?: string;
  readonly limit: number;
}

const { status, step } = ExperimentItem.shape;
const { archived } = ExperimentQuery.shape;

export function list(shell: Shell): Command {
  const command = new Command("list")
    .description("List experiments, newest first.")
    .addOption(projectOption())
    .option("--all-projects", "of every project, whatever the context's is")
    .option("--status <status>", `${status.options.join(", ")}; repeatable: any of them`, repeated)
    .addOption(new Option("--step <step>", "the step where it stands").choices(step.options))
    .option("--tag <tag>", "repeatable: all of them", repeated)
    .option("-q, --query <words>", "words of name, message, branch or commit")
    .option("--branch <branch>", "of this branch")
    .option("--author <author>", "a part of the name or e-mail address")
    .option("--engine <engine>", "of this engine")
    .option("--parent <id>", "those that were resubmitted from it")
    .addOption(
      new Option("--archived <which>", "those in the archive; default: false").choices(
        archived.unwrap().options,
      ),
    )
    .option(
      "--where <condition>",
      "'metric.accuracy>=0.9' or 'param.lr=0.01'; repeatable: all of them",
      repeated,
    )
    .option(
      "--sort <order>",
      `${EXPERIMENT_ORDERS.join(", ")}, or [-]metric.<name>; default: -createdAt, the newest first`,
    )
    .option("--limit <count>", "at most so many", count, 20)
    .addOption(jsonOption())
    .action((options: Options) => listed(shell, options));
  return withExamples(
    command,
    "assay experiments list --status Failed --status Cancelled",
    "assay experiments list --where 'metric.accuracy>=0.9' --sort=-metric.accuracy",
    "assay experiments list --tag nightly -q 'learning rate' --json | jq -r '.[].id'",
  );
}

async function listed(shell: Shell, options: Options): Promise<void> {
  const { json, allProjects, query: q, limit, project, ...filters } = options;
  const { client, settings } = await connect(shell);
  const of = allProjects ? undefined : (project ?? settings.project);
  const query = { ...filters, q, project: of };
  const found = await all(items(client, ROUTES.listExperiments, ExperimentPage, { query }, limit));
  if (json) return printJson(shell, found);
  print(shell, ...table(HEADS, found.map(row)));
  if (found.length === 0) remark(shell, "There is no such experiment.");
}

const HEADS = ["EXPERIMENT", "STATUS", "STEP", "NAME", "BRANCH", "COMMIT", "LASTED", "CREATED"];

function row(experiment: ExperimentItem): readonly string[] {
  const { name, status, step, source, startedAt, finishedAt, createdAt } = experiment;
  return [
    called(experiment),
    status,
    step,
    cut(name, 40),
    cut(source.branch ?? "", 20),
    (source.commit ?? "").slice(0, 7),
    lastingFrom(startedAt, finishedAt),
    moment(createdAt),
  ];
}
