import type { Delivery } from "../../core/delivery.ts";
import { SourceUnavailableError } from "../../core/errors.ts";
import type { Push } from "../../core/forge.ts";
import type { Job } from "../../core/job.ts";
import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { findProject } from "../find-project.ts";
import { isForced, newCommits, NO_COMMIT } from "./new-commits.ts";
import { tellDelivery } from "./tell-delivery.ts";
import { trigger } from "./trigger.ts";

type DecidingPorts = Pick<Ports, "database" | "repository" | "log" | "metrics">;

/** Why the repository does not tell yet, and after how long it is asked no more. */
interface Obstacle {
  readonly reason: string;
  readonly giveUpSeconds: number;
}

/** It is asked again after as long as was waited already, within these bounds. */
const FIRST_RETRY_SECONDS = 2;
const RETRY_SECONDS = 60;

const DAY = 24 * 3600;
/** A forge may tell of a push before all of its servers have it; one that was taken back never comes. */
const LAG_SECONDS = 600;

/** Decides about a push that its payload could not decide: from the repository. */
export async function decideDelivery(
  ports: DecidingPorts,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const { database } = ports;
  const delivery = await database.deliveries.find(job.subjectId);
  const { push } = delivery ?? {};
  if (delivery === undefined || push === undefined || delivery.decision !== "pending")
    return database.queue.finish(job);
  const project = await findProject(ports, delivery);
  const obstacle = await bringCommits(ports, project, push, signal);
  if (obstacle !== undefined) return askAgain(ports, job, delivery, obstacle);
  const forced = push.forced || (await hasLostCommits(ports, project, push));
  const commits = await newCommits(ports, project, { ...push, forced });
  const decided = await database.transaction(async (stores) => {
    await stores.queue.hold(job);
    const whole = { ...push, forced };
    const answer = await trigger(stores, { project, delivery, push: whole, commits });
    await stores.queue.finish(job);
    return answer;
  });
  tellDelivery(ports, decided);
}

async function bringCommits(
  { repository }: DecidingPorts,
  project: Project,
  { ref, after }: Push,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  try {
    await repository.fetch(project, signal);
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    return { reason: error.message, giveUpSeconds: DAY };
  }
  // What a tag names may be no commit itself.
  if (ref.startsWith("refs/tags/") || (await repository.commit(project, after))) return undefined;
  const reason = `Commit ${after.slice(0, 7)} is not in the repository yet.`;
  return { reason, giveUpSeconds: LAG_SECONDS };
}

/** Not every forge says so: what a plain push had before, it has still. */
async function hasLostCommits(
  ports: DecidingPorts,
  project: Project,
  { ref, before, after }: Push,
): Promise<boolean> {
  if (before === NO_COMMIT || !ref.startsWith("refs/heads/")) return false;
  if ((await ports.repository.commit(project, before)) === undefined) return true;
  return isForced(ports, project, before, after);
}

async function askAgain(
  { database }: DecidingPorts,
  job: Job,
  { id }: Delivery,
  { reason, giveUpSeconds }: Obstacle,
): Promise<void> {
  const waited = await database.deliveries.waitedSeconds(id);
  const over = waited > giveUpSeconds;
  const seconds = Math.min(RETRY_SECONDS, Math.max(FIRST_RETRY_SECONDS, waited));
  const told = over
    ? `${reason} Assay has stopped asking: submit the commit if you still want it.`
    : reason;
  return database.transaction(async ({ queue, deliveries }) => {
    await queue.hold(job);
    const decision = over ? "nothing" : "pending";
    await deliveries.decide(id, { decision, reason: told, experiments: [] });
    if (over) await queue.finish(job);
    else await queue.release(job, seconds, "timer");
  });
}
