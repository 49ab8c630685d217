import type { Experiment, ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { ARCHIVES } from "./cloning.ts";
import { failed, type StepResult } from "./step-result.ts";

/** What is to be done where the source archive is not there; undefined where it is. That of a commit is made again. */
export async function archiveGone(
  ports: Pick<Ports, "archives" | "keep">,
  experiment: ExperimentAt<"Building">,
): Promise<StepResult | undefined> {
  const { source, sourceArchive } = experiment;
  if ((await ports.archives.stat(ARCHIVES, sourceArchive)) !== undefined) return undefined;
  if (source.kind === "archive") return failed("SourceUnavailable", uploadGone(ports, experiment));
  return { kind: "redo", step: "Cloning", reason: "the source archive is made again" };
}

/** Why an experiment of an uploaded archive cannot be done again; undefined where it can. */
export async function uploadGoneOf(
  ports: Pick<Ports, "archives" | "keep">,
  experiment: Experiment,
): Promise<string | undefined> {
  const { source, sourceArchive } = experiment;
  if (source.kind !== "archive" || sourceArchive === undefined) return undefined;
  const found = await ports.archives.stat(ARCHIVES, sourceArchive);
  return found === undefined ? uploadGone(ports, experiment) : undefined;
}

function uploadGone(
  { keep: { archivesDays } }: Pick<Ports, "keep">,
  { projectSlug, number }: Experiment,
): string {
  const after = archivesDays === undefined ? "" : `after ${archivesDays} days `;
  return `The uploaded archive of ${projectSlug}#${number} was removed ${after}(KEEP_ARCHIVES_DAYS), and no commit has it: upload it again, and submit that.`;
}
