import type { Experiment } from "../core/experiment.ts";
import type { Ports } from "../core/ports.ts";

const ENGINE = "waiting for the engine: ";
const AGAIN = "trying again in ";

export const waitingForEngine = (why: string): string => `${ENGINE}${why}`;
export const tryingAgain = (seconds: number, why: string): string => `${AGAIN}${seconds} s: ${why}`;

const SILENT = " does not answer: what runs there is unknown until it does";

/** Of an experiment whose runs an engine has that does not answer; stays until the scheduler says otherwise. */
export const onSilentEngine = (engine: string): string => `engine ${engine}${SILENT}`;
export const isOnSilentEngine = ({ note = "" }: Pick<Experiment, "note">): boolean =>
  note.endsWith(SILENT);

/** What the experiment said while nothing could be done is not true while something is. */
export async function replacePassingNote(
  { database, events }: Pick<Ports, "database" | "events">,
  experiment: Experiment,
): Promise<void> {
  const { id: experimentId, projectId, note = "" } = experiment;
  if (!note.startsWith(ENGINE) && !note.startsWith(AGAIN)) return;
  await database.experiments.note(experiment, "trying again");
  await events.publish({ kind: "experiment", experimentId, projectId });
}
