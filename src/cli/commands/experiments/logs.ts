import { once } from "node:events";

import { Command, Option } from "commander";

import { ExperimentItem } from "../../../contract/experiment.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, type Connection } from "../../connect.ts";
import { usage } from "../../exit.ts";
import { findExperiment, ID_HELP } from "../../experiments.ts";
import { untilInterrupted } from "../../follow.ts";
import { logTrail } from "../../log-trail.ts";
import { count, withExamples } from "../../options.ts";
import { SafeLines } from "../../safe-lines.ts";
import { print, type Shell } from "../../shell.ts";

interface Options {
  readonly follow?: true;
  readonly step?: ExperimentItem["step"];
  readonly run?: string;
  readonly replica?: string;
  readonly attempt?: number;
  readonly tail?: number;
}

const STEPS = ExperimentItem.shape.step.options;

export function logs(shell: Shell): Command {
  const command = new Command("logs")
    .description(
      "Print a log: of the last step that has one, of replica 0 in its last attempt, where nothing else is named.",
    )
    .argument("<id>", ID_HELP)
    .option("-f, --follow", "print what comes as well, up to the end")
    .addOption(new Option("--step <step>", "the step whose log is meant").choices(STEPS))
    .option("--run <run>", "a run's name or id")
    .option("--replica <replica>", "its name or its index from 0")
    .option("--attempt <number>", "one of the run's attempts, from 1", count)
    .option("--tail <lines>", "only so many lines from the end", count)
    .action((id: string, options: Options) => printLog(shell, id, options));
  return withExamples(
    command,
    "assay experiments logs digits#12 --follow",
    "assay experiments logs digits#12 --step Building --tail 50",
  );
}

async function printLog(shell: Shell, id: string, options: Options): Promise<void> {
  const connection = await connect(shell);
  const experiment = await findExperiment(connection, id);
  if (options.follow === true) {
    const follow = () => followed(shell, connection, experiment, options);
    if (await untilInterrupted(shell, experiment, follow)) return;
    // Nothing came: the server says why, or there is an empty log.
  }
  const { step, run, replica, attempt, tail } = options;
  const request = { path: { id: experiment.id }, query: { step, run, replica, attempt, tail } };
  const response = await connection.client.open(ROUTES.getLog, request);
  await show(shell, connection.client.bytes(response));
}

/** From the step that it is at to the last one that may have a log; answers whether any text came. */
async function followed(
  shell: Shell,
  { client }: Connection,
  experiment: ExperimentItem,
  options: Options,
): Promise<boolean> {
  const { step, run, replica, attempt, tail } = options;
  const ofRun = run ?? replica ?? attempt;
  if (step !== undefined && step !== "Running" && ofRun !== undefined)
    throw usage(`${step} has one log, without runs, replicas and attempts: leave these out.`);
  const from = step ?? (ofRun === undefined ? experiment.step : "Running");
  // A run's log is the last: where the outputs are collected, it is still what is wanted.
  const first = Math.min(STEPS.indexOf(from), STEPS.indexOf("Running"));
  const steps = step === undefined ? STEPS.slice(first, STEPS.indexOf("Completed")) : [step];
  return show(shell, logTrail(client, experiment, { steps, run, replica, attempt, tail }));
}

/** Into a pipe as it is; on a terminal without what moves it. Answers whether anything came. */
async function show(shell: Shell, log: AsyncIterable<string | Uint8Array>): Promise<boolean> {
  let came = false;
  const lines = new SafeLines();
  const decoder = new TextDecoder();
  for await (const piece of log) {
    came = true;
    const text = (): string =>
      typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    if (shell.out.isTTY === true) print(shell, ...lines.push(text()));
    else await written(shell.out, piece);
  }
  print(shell, ...lines.end());
  return came;
}

/** A pipe that is read slowly slows the server, and nothing piles up here. */
async function written(out: Shell["out"], piece: string | Uint8Array): Promise<void> {
  if (!out.write(piece)) await once(out, "drain");
}
