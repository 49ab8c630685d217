import { SourceUnavailableError } from "../../core/errors.ts";
import { NO_CONDITIONS, type Conditions, type ExperimentAt } from "../../core/experiment.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { findProject } from "../find-project.ts";
import { engineOf } from "./engine-of.ts";
import { isName, judgeNeeds, resolveNeeds } from "./needs.ts";
import { haveCommit, readManifest } from "./source.ts";
import { failed, type Failure, type StepResult, type Wait } from "./step-result.ts";

type WaitingPorts = Pick<Ports, "database" | "repository" | "manifests" | "engines" | "log">;

/** The repository is asked again after as long as was waited already, within these bounds. */
const FIRST_RETRY_SECONDS = 2;
const LAST_RETRY_SECONDS = 60;

/** After this the conditions are written, whatever else was going on. */
const SECOND_LOOK_SECONDS = 1;

/** What must it wait for, and is it its turn? The scheduler says go. */
export async function waiting(
  ports: WaitingPorts,
  experiment: ExperimentAt<"Waiting">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (experiment.cancelRequestedAt !== undefined) return { kind: "cancelled" };
  if (experiment.admittedAt !== undefined) return { kind: "done" };

  const conditions = experiment.conditions ?? (await readConditions(ports, experiment, signal));
  if ("kind" in conditions) return conditions;
  const needs = await judgeNeeds(ports, experiment.id, conditions);
  if (needs?.kind === "failed") return needs;
  const approval = conditions.approval && experiment.approvedAt === undefined;
  const ready = needs === undefined && !approval;
  // What the scheduler has said stays until it says something else; what was waited for is over.
  const said = experiment.note?.startsWith("queued") === true ? experiment.note : "queued";
  const hold = needs?.note ?? (approval ? "waiting for approval" : said);
  const isFirst = experiment.conditions === undefined;
  return {
    kind: "wait",
    note: hold,
    // One that finishes before the conditions are written does not know whom to wake.
    ...(isFirst && needs !== undefined && { seconds: SECOND_LOOK_SECONDS }),
    async write({ experiments, events }) {
      await experiments.setConditions(experiment.id, conditions, ready);
      if (ready) await events.publish({ kind: "schedule" });
    },
  };
}

/**
 * A manifest that is missing or wrong imposes nothing: Cloning reports it. A commit that cannot be read yet is another
 * matter: what it would impose, an approval for one, must not be skipped.
 */
async function readConditions(
  ports: WaitingPorts,
  experiment: ExperimentAt<"Waiting">,
  signal: AbortSignal,
): Promise<Conditions | Failure | Wait> {
  const project = await findProject(ports, experiment);
  const missing = await whyMissing(ports, project, experiment, signal);
  if (missing !== undefined) return notYet(ports, project, experiment, missing);
  const manifest = await manifestOf(ports, project, experiment);
  const { overrides } = experiment;
  const none = { ...NO_CONDITIONS, priority: overrides.priority ?? experiment.priority };
  if (manifest === undefined) return { ...none, engine: experiment.engine };
  const sources = (manifest.inputs ?? []).map(({ from }) => from);
  const unread = [...manifest.needs, ...sources].some(isName)
    ? await ports.database.experiments.firstUnread(experiment)
    : undefined;
  if (unread !== undefined) return untilRead(project, unread);
  const inputs = await resolveNeeds(ports, experiment, sources);
  const needs = await resolveNeeds(ports, experiment, manifest.needs);
  return {
    priority: overrides.priority ?? manifest.priority ?? experiment.priority,
    engine: engineOf(project, experiment, manifest),
    name: manifest.name,
    needs: [...new Set([...needs, ...inputs])],
    ...(inputs.length > 0 && { inputs }),
    approval: manifest.approval,
    concurrency: manifest.concurrency,
  };
}

/** Two of one push are looked at by different workers, and the newest of a name may be the one that is read last. */
const untilRead = ({ slug }: Project, number: number): Wait => ({
  kind: "wait",
  note: `waiting until the manifest of ${slug}#${number} has been read, which may be what it needs`,
  seconds: SECOND_LOOK_SECONDS,
});

/** Why the commit cannot be read now; undefined where it is here, or is nowhere else to be had. */
async function whyMissing(
  ports: WaitingPorts,
  project: Project,
  { source: { commit } }: ExperimentAt<"Waiting">,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (commit === undefined || project.forge === "builtin") return undefined;
  try {
    if (await haveCommit(ports, project, commit, signal)) return undefined;
  } catch (error) {
    if (error instanceof SourceUnavailableError) return error.message;
    throw error;
  }
  return `Commit ${commit.slice(0, 7)} is not in ${project.repository ?? project.slug}: was it removed by a forced push?`;
}

/** A forge may be away, or tell of a push before all of its servers have it: asked for as long as a clone may take. */
async function notYet(
  { database }: WaitingPorts,
  { settings }: Project,
  { id }: ExperimentAt<"Waiting">,
  reason: string,
): Promise<Failure | Wait> {
  const waited = await database.experiments.waitedSeconds(id);
  if (waited > settings.cloneTimeoutSeconds) return failed("SourceUnavailable", reason);
  const seconds = Math.min(LAST_RETRY_SECONDS, Math.max(FIRST_RETRY_SECONDS, waited));
  return { kind: "wait", note: `waiting for the repository: ${reason}`, seconds };
}

async function manifestOf(
  ports: WaitingPorts,
  project: Project,
  experiment: ExperimentAt<"Waiting">,
): Promise<Manifest | undefined> {
  const { commit } = experiment.source;
  if (commit === undefined) return undefined;
  const file = await readManifest(ports, project, experiment, commit);
  return file.kind === "found" ? ports.manifests.parse(file.text).manifest : undefined;
}
