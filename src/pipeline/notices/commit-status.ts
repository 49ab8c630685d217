import type { Experiment, Step } from "../../core/experiment.ts";
import type { CommitStatus } from "../../core/forge.ts";
import { statusOf } from "../../core/lifecycle.ts";

/** GitHub shows so many characters; the others more. */
const LONGEST = 140;

/** How the experiment stands, as its commit's status; one context for each manifest of a project. */
export function commitStatus(
  experiment: Experiment & { readonly source: { readonly commit: string } },
  publicUrl: string,
): CommitStatus {
  const { id, projectSlug, source, manifestSelector } = experiment;
  return {
    commit: source.commit,
    branch: source.branch,
    context: `assay/${projectSlug}/${manifestSelector ?? "manifest.yaml"}`,
    ...toldOf(experiment),
    url: `${publicUrl}/experiments/${id}`,
  };
}

function toldOf(experiment: Experiment): Pick<CommitStatus, "state" | "description"> {
  const { step, stepStatus, exception, cancelReason, note } = experiment;
  switch (statusOf(step, stepStatus)) {
    case "Succeeded":
      return { state: "success", description: `Succeeded${after(experiment)}` };
    case "Failed":
      return {
        state: "failure",
        description: oneLine(`Failed at ${step}: ${exception?.message ?? "no reason was given"}`),
      };
    case "Cancelled":
      return {
        state: "cancelled",
        description: oneLine(`Cancelled at ${step}${cancelReason ? `: ${cancelReason}` : ""}`),
      };
    case "Created":
    case "Processing": {
      const said = step === "Waiting" && note !== undefined ? `: ${note}` : "";
      return { state: "pending", description: oneLine(`${WORDS[step]}${said}`) };
    }
  }
}

const WORDS: Record<Step, string> = {
  Waiting: "Waiting",
  Cloning: "Cloning the commit",
  Building: "Building the image",
  Submitting: "Planning the run",
  Running: "Running",
  Completed: "Collecting outputs",
};

function after({ startedAt, finishedAt }: Experiment): string {
  if (startedAt === undefined || finishedAt === undefined) return "";
  const seconds = Math.round((finishedAt.getTime() - startedAt.getTime()) / 1000);
  if (seconds < 60) return ` after ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? ` after ${minutes} min`
    : ` after ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const letters = Array.from(line);
  return letters.length <= LONGEST ? line : `${letters.slice(0, LONGEST - 1).join("")}…`;
}
