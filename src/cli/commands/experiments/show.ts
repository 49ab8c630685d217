import { Command } from "commander";

import type { ExperimentAnswer } from "../../../contract/experiment.ts";
import type { RunAnswer } from "../../../contract/run.ts";
import { connect } from "../../connect.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { jsonOption, type ReadOptions } from "../../options.ts";
import { called, outcome } from "../../outcome.ts";
import { SafeLines } from "../../safe-lines.ts";
import { hasColours, print, printJson, type Shell } from "../../shell.ts";
import { colouredStepLine, stepLine } from "../../steps.ts";
import { facts, oneLine } from "../../table.ts";
import { lastingFrom, moment } from "../../units.ts";

export function show(shell: Shell): Command {
  return new Command("show")
    .description("Show an experiment: its steps, its runs, what it was made of, why it failed.")
    .argument("<id>", ID_HELP)
    .addOption(jsonOption())
    .action(async (id: string, { json }: ReadOptions) => {
      const experiment = await findExperiment(await connect(shell), id);
      if (json) printJson(shell, experiment);
      else
        print(
          shell,
          ...page(shell, experiment)
            .map((part) => part.join("\n"))
            .filter(Boolean)
            .join("\n\n")
            .split("\n"),
        );
    });
}

/** Its parts; an empty one is left out. */
function page(shell: Shell, experiment: ExperimentAnswer): readonly (readonly string[])[] {
  const { steps, runs, warnings } = experiment;
  const failed = steps.find(({ exception }) => exception !== null)?.exception;
  return [
    [outcome(experiment)],
    about(experiment),
    steps.map((step) =>
      hasColours(shell) ? colouredStepLine(step, stepLine(step)) : stepLine(step),
    ),
    runs.map(runLine),
    warnings.map(
      ({ line, message }) => `warning${line === null ? "" : `, line ${line}`}: ${oneLine(message)}`,
    ),
    failed?.logTail === undefined ? [] : ["The end of its log:", ...indented(failed.logTail)],
  ];
}

function about(experiment: ExperimentAnswer): readonly string[] {
  const { source, image, resources, params, fields } = experiment;
  const message = source.message.split("\n")[0];
  return facts([
    ["name", experiment.name],
    ["description", experiment.description],
    ["id", experiment.id],
    ["commit", source.commit],
    ["branch", source.branch],
    ["message", message],
    ["author", source.author && `${source.author.name} <${source.author.email}>`],
    ["code", source.url],
    ["manifest", experiment.manifestPath],
    ["params", jsonLine(params)],
    ["fields", jsonLine(fields)],
    ["tags", experiment.tags.join(", ")],
    ["engine", experiment.engine],
    ["priority", experiment.priority],
    [
      "resources",
      resources && `${resources.cpus} CPUs, ${resources.gpus} GPUs, ${resources.memoryGb} GiB`,
    ],
    ["image", image && `${image.digest}${image.reused ? " (reused)" : ""}`],
    ["parent", experiment.parentId],
    [
      "created",
      `${moment(experiment.createdAt)} by ${experiment.createdBy ?? "nobody known"}, ${experiment.triggeredBy}`,
    ],
    ["lasted", lastingFrom(experiment.startedAt, experiment.finishedAt)],
    ["archived", moment(experiment.archivedAt)],
    [
      "to compare",
      experiment.parentId &&
        `assay experiments compare ${experiment.parentId} ${called(experiment)}`,
    ],
  ]);
}

const jsonLine = (values: Readonly<Record<string, unknown>>): string =>
  Object.keys(values).length === 0 ? "" : JSON.stringify(values);

function runLine({ name, state, reason, attempt, exitCode, replicas }: RunAnswer): string {
  const exit = exitCode === null ? "" : `, exit code ${exitCode}`;
  const why = reason === null ? "" : `: ${oneLine(reason)}`;
  const names = replicas.map((replica) => `${replica.name} ${replica.state}`).join(", ");
  return `run ${name}, attempt ${attempt}: ${state}${exit}${why} (${names})`;
}

function indented(text: string): readonly string[] {
  const lines = new SafeLines();
  return [...lines.push(text), ...lines.end()].map((line) => `  ${line}`);
}
