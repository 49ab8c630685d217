import { stripVTControlCharacters } from "node:util";

import { CancelAnswer, ExperimentAnswer } from "../../src/contract/experiment.ts";
import { LogText } from "../../src/contract/log.ts";
import type { Api } from "./api.ts";
import type { Checklist } from "./checklist.ts";

/** Shows the steps and the log of an experiment as they come, and returns it as it ended. */
export async function follow(
  api: Api,
  id: string,
  checklist: Checklist,
): Promise<ExperimentAnswer> {
  const [experiment] = await Promise.all([
    followSteps(api, id, checklist),
    followLog(api, id, checklist),
  ]);
  return experiment;
}

/** Asks for its end and waits for it, so that nothing of it goes on after the demo. */
export async function cancel(
  api: Api,
  id: string,
  checklist: Checklist,
): Promise<ExperimentAnswer> {
  await api.call(`/api/v1/experiments/${id}/cancel`, CancelAnswer, { method: "POST", body: {} });
  return followSteps(api, id, checklist);
}

/** The stream says that something changed; what it is now is asked for. */
async function followSteps(api: Api, id: string, checklist: Checklist): Promise<ExperimentAnswer> {
  for (;;)
    for await (const { event } of api.events(`/api/v1/experiments/${id}/events`)) {
      if (event !== "changed") continue;
      const experiment = await api.call(`/api/v1/experiments/${id}`, ExperimentAnswer);
      checklist.update(experiment);
      if (ENDINGS.has(experiment.status)) return experiment;
    }
}

const ENDINGS: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Cancelled"]);

/** The log of the run, from its first byte; it ends by itself, also where no run ever starts. */
async function followLog(api: Api, id: string, checklist: Checklist): Promise<void> {
  let rest = "";
  const print = (lines: readonly string[]): void =>
    checklist.print(...lines.map((line) => `  ${stripVTControlCharacters(line)}`));
  for await (const { event, data } of api.events(`/api/v1/experiments/${id}/logs?step=Running`)) {
    if (event !== "message") continue;
    const lines = (rest + LogText.parse(JSON.parse(data)).text).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    if (lines.length > 0) print(lines);
  }
  if (rest !== "") print([rest]);
}
