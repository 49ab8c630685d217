import type { ExperimentAnswer } from "../contract/experiment.ts";
import { Checklist } from "./checklist.ts";
import type { Client } from "./client.ts";
import { EXIT, Exit } from "./exit.ts";
import { logTrail } from "./log-trail.ts";
import { called, exitCodeOf, isFinished, outcome } from "./outcome.ts";
import { SafeLines } from "./safe-lines.ts";
import { print, printJson, remark, type Shell } from "./shell.ts";
import { watch } from "./watch.ts";

/**
 * Shows the steps and the program's log as they come, up to the end; exits as the experiment ended. As JSON only the
 * end is shown.
 */
export async function follow(
  shell: Shell,
  client: Client,
  experiment: ExperimentAnswer,
  json?: boolean,
): Promise<void> {
  const ended = await untilInterrupted(shell, experiment, () =>
    json === true ? endOf(client, experiment) : show(shell, client, experiment),
  );
  if (json === true) printJson(shell, ended);
  else print(shell, outcome(ended));
  const code = exitCodeOf(ended);
  if (code !== EXIT.succeeded) throw new Exit(code);
}

/** Waits for its end. */
export async function endOf(
  client: Client,
  experiment: ExperimentAnswer,
): Promise<ExperimentAnswer> {
  let last = experiment;
  for await (const now of watch(client, experiment.id)) last = now;
  return last;
}

async function show(
  shell: Shell,
  client: Client,
  experiment: ExperimentAnswer,
): Promise<ExperimentAnswer> {
  const checklist = new Checklist(shell);
  try {
    checklist.update(experiment);
    const [last] = await Promise.all([
      followSteps(client, experiment, checklist),
      followLog(client, experiment, checklist),
    ]);
    return last;
  } finally {
    checklist.end();
  }
}

/** Ctrl-C ends the looking on, not the experiment: how to come back is said. */
export async function untilInterrupted<T>(
  shell: Shell,
  experiment: ExperimentAnswer,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!shell.interrupted.aborted) throw error;
    if (!isFinished(experiment)) remark(shell, ...wayBack(called(experiment)));
    throw new Exit(EXIT.interrupted, "", { cause: error });
  }
}

const wayBack = (name: string): readonly string[] => [
  `${name} goes on. To look on again:  assay experiments logs ${name} --follow`,
  `To end it:  assay experiments cancel ${name}`,
];

async function followSteps(
  client: Client,
  experiment: ExperimentAnswer,
  checklist: Checklist,
): Promise<ExperimentAnswer> {
  let last = experiment;
  for await (const now of watch(client, experiment.id)) checklist.update((last = now));
  return last;
}

async function followLog(
  client: Client,
  experiment: ExperimentAnswer,
  checklist: Checklist,
): Promise<void> {
  const lines = new SafeLines();
  const show = (whole: readonly string[]): void => {
    if (whole.length > 0) checklist.print(...whole.map((line) => `  ${line}`));
  };
  for await (const text of logTrail(client, experiment, { steps: ["Running"] }))
    show(lines.push(text));
  show(lines.end());
}
