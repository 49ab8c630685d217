import type { Stores } from "../../core/database.ts";
import type { Delivery, StartedExperiment } from "../../core/delivery.ts";
import { experimentName } from "../../core/experiment-name.ts";
import type { Push } from "../../core/forge.ts";
import type { Project } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";
import { selectTriggers, type Trigger } from "../../core/select-triggers.ts";

/**
 * What a push starts, decided and written in the transaction of `stores`: the experiments with their jobs, the refs as
 * seen, and the delivery's verdict. `commits` are those that are new to the project, oldest first.
 */
export async function trigger(
  stores: Stores,
  {
    project,
    delivery,
    push,
    commits,
  }: {
    readonly project: Project;
    readonly delivery: Delivery;
    readonly push: Push;
    readonly commits: readonly Commit[];
  },
): Promise<Delivery> {
  const { triggers, reasons } = selectTriggers(commits, project.settings);
  const started: StartedExperiment[] = [];
  const repeated: string[] = [];
  for (const each of triggers) {
    const result = await start(stores, project, { delivery, push }, each);
    if (typeof result === "string") repeated.push(result);
    else started.push(result);
  }
  repeated.push(...(await repeats(stores, project, push, commits)));
  // A push that brings nothing may be older than what is seen, which stays so.
  const forced = push.forced || commits.length === 0;
  await stores.projects.markSeen(project.id, [{ ref: push.ref, commit: push.after, forced }]);
  const verdict = {
    decision: started.length > 0 ? "started" : repeated.length > 0 ? "duplicate" : "nothing",
    reason:
      [...started.map((each) => sentence(project, each)), ...repeated, ...reasons].join("\n") ||
      nothing(commits),
    experiments: started,
  } as const;
  await stores.deliveries.decide(delivery.id, verdict);
  if (started.length > 0) await stores.events.publish({ kind: "work" });
  return { ...delivery, ...verdict };
}

async function start(
  { experiments, queue, events }: Stores,
  project: Project,
  { delivery, push }: { readonly delivery: Delivery; readonly push: Push },
  { commit, selector, overrides, tags }: Trigger,
): Promise<StartedExperiment | string> {
  const made = await experiments.create({
    projectId: project.id,
    name: overrides.name ?? experimentName(commit, project.settings.trigger),
    tags,
    source: {
      kind: "commit",
      commit: commit.id,
      branch: push.ref.replace(/^refs\/(heads|tags)\//, ""),
      message: commit.message,
      author: commit.author,
    },
    manifestSelector: selector,
    overrides,
    engine: overrides.engine ?? project.engine,
    priority: overrides.priority,
    createdBy: push.pusher ?? commit.author.email,
    triggeredBy: "push",
    deliveryId: delivery.id,
  });
  if (made === undefined) {
    const before = await experiments.findPushed(project.id, commit.id, selector);
    return alreadyRan(project, commit, before?.number);
  }
  await queue.push("experiment", made.id);
  await events.publish({ kind: "experiment", experimentId: made.id, projectId: project.id });
  return {
    id: made.id,
    number: made.number,
    commit: commit.id,
    manifest: selector ?? "manifest.yaml",
  };
}

/** What the payload's commits that are not new have started before: the push comes a second time. */
async function repeats(
  { experiments }: Stores,
  project: Project,
  push: Push,
  commits: readonly Commit[],
): Promise<readonly string[]> {
  const fresh = new Set(commits.map(({ id }) => id));
  const old = push.commits.filter(({ id }) => !fresh.has(id));
  const told: string[] = [];
  for (const { commit, selector } of selectTriggers(old, project.settings).triggers) {
    const before = await experiments.findPushed(project.id, commit.id, selector);
    if (before !== undefined) told.push(alreadyRan(project, commit, before.number));
  }
  return told;
}

const alreadyRan = ({ slug }: Project, { id }: Commit, number: number | undefined): string =>
  `${slug}#${number ?? "?"} already ran this commit (${id.slice(0, 7)}); resubmit it to run it again.`;

const sentence = ({ slug }: Project, { number, commit, manifest }: StartedExperiment): string =>
  `${slug}#${number} started: ${manifest} at ${commit.slice(0, 7)}.`;

function nothing(commits: readonly Commit[]): string {
  if (commits.length === 0) return "The push brings no commit that is new to the project.";
  const which =
    commits.length === 1
      ? "The commit's message does not start"
      : `None of the ${commits.length} commits' messages starts`;
  return `${which} with exp: or exp[<manifest>]:.`;
}
