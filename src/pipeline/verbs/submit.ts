import { InvalidError, NotFoundError } from "../../core/errors.ts";
import { experimentName } from "../../core/experiment-name.ts";
import type { Experiment, Overrides } from "../../core/experiment.ts";
import type { Json } from "../../core/json.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import type { Commit } from "../../core/repository.ts";
import { selectTriggers } from "../../core/select-triggers.ts";
import { selectorFault } from "../../core/selectors.ts";
import { firstOfSameInstant, idempotencyOf, madeBefore } from "./idempotency.ts";

export interface Submission {
  readonly project: Project;
  /** 40 hex digits, or a branch: its head. Neither is the head of main. */
  readonly commit?: string | undefined;
  readonly branch?: string | undefined;
  readonly manifest?: string | undefined;
  /** Instead of the commit's. */
  readonly message?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly engine?: string | undefined;
  readonly params?: Readonly<Record<string, Json>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly priority?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly freshBuild?: boolean | undefined;
  /** Makes a retry safe: the same key with the same request answers the same experiment. */
  readonly idempotencyKey?: string | undefined;
  readonly by: string;
  readonly requestId?: string | undefined;
}

/** An explicit submission: always a new experiment, whatever the commit's message says. */
export async function submit(
  ports: Pick<Ports, "database" | "repository" | "engines">,
  submission: Submission,
): Promise<Experiment> {
  // Who asks, and which try of his it is, are no part of what is asked.
  const { project, idempotencyKey, manifest, by, requestId, ...asked } = submission;
  const idempotency = idempotencyOf(idempotencyKey, { ...asked, manifest });
  const before = await madeBefore(ports.database.experiments, project.id, idempotency);
  if (before !== undefined) return before;
  const fault = manifest === undefined ? undefined : selectorFault(manifest);
  if (fault !== undefined) throw new InvalidError(fault, [{ path: "manifest", message: fault }]);

  const { commit, branch } = await findCommit(ports, submission);
  const overrides = overridesOf(submission, commit, project);
  const message = submission.message ?? commit.message;
  return ports.database.transaction(async (stores) => {
    const made = await stores.experiments.create({
      projectId: project.id,
      name: overrides.name ?? experimentName({ id: commit.id, message }, project.settings.trigger),
      description: submission.description,
      tags: overrides.tags ?? [],
      source: { kind: "commit", commit: commit.id, branch, message, author: commit.author },
      manifestSelector: manifest,
      overrides,
      engine: overrides.engine ?? project.engine,
      priority: overrides.priority,
      createdBy: by,
      triggeredBy: "submit",
      requestId,
      idempotency,
    });
    if (made === undefined) return firstOfSameInstant(stores, project.id, idempotency);
    await stores.queue.push("experiment", made.id);
    await stores.events.publish(
      { kind: "work" },
      { kind: "experiment", experimentId: made.id, projectId: project.id },
    );
    return made;
  });
}

async function findCommit(
  { repository }: Pick<Ports, "repository">,
  { project, commit: id, branch = id === undefined ? "main" : undefined }: Submission,
): Promise<{ readonly commit: Commit; readonly branch: string | undefined }> {
  const look = async (): Promise<Commit | undefined> => {
    const wanted =
      id ?? (branch === undefined ? undefined : await repository.branchHead(project, branch));
    return wanted === undefined ? undefined : repository.commit(project, wanted);
  };
  let commit = project.forge === "builtin" || id !== undefined ? await look() : undefined;
  if (commit === undefined) {
    await repository.fetch(project);
    commit = await look();
  }
  const what = id === undefined ? `branch ${branch}` : `commit ${id}`;
  if (commit === undefined)
    throw new NotFoundError(`There is no ${what} in project ${project.slug}. Push it first.`);
  // Only what a ref leads to: a forge also serves commits of forks and of branches long gone (T-3).
  if (!(await repository.isReachable(project, commit.id)))
    throw new NotFoundError(
      `No branch or tag of project ${project.slug} leads to commit ${commit.id.slice(0, 7)}.`,
    );
  return { commit, branch };
}

/** What is said here wins over the commit's own trailers. */
function overridesOf(submission: Submission, commit: Commit, project: Project): Overrides {
  const [tagged] = selectTriggers([commit], project.settings).triggers;
  const { params, env, engine, priority, tags, name, freshBuild } = submission;
  const said = {
    env,
    engine,
    priority,
    tags,
    name,
    freshBuild,
    timeoutSeconds: submission.timeout,
  };
  return {
    ...tagged?.overrides,
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    ...((params ?? tagged?.overrides.params) && {
      params: { ...tagged?.overrides.params, ...params },
    }),
  };
}
