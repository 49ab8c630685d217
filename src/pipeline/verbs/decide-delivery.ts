import { SourceUnavailableError } from "../../core/errors.ts";
import type { Job } from "../../core/job.ts";
import type { Ports } from "../../core/ports.ts";
import { findProject } from "../find-project.ts";
import { newCommits } from "./new-commits.ts";
import { trigger } from "./trigger.ts";

/** A repository that cannot be reached is asked again for a day: after as long as was waited already, within these bounds. */
const FIRST_RETRY_SECONDS = 2;
const RETRY_SECONDS = 60;
const GIVE_UP_SECONDS = 24 * 3600;

/** Decides about a push that its payload could not decide: from the repository. */
export async function decideDelivery(
  ports: Pick<Ports, "database" | "repository">,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const { database, repository } = ports;
  const delivery = await database.deliveries.find(job.subjectId);
  const { push } = delivery ?? {};
  if (delivery === undefined || push === undefined || delivery.decision !== "pending")
    return database.queue.finish(job);
  const project = await findProject(ports, delivery);
  try {
    await repository.fetch(project, signal);
  } catch (error) {
    if (!(error instanceof SourceUnavailableError)) throw error;
    const waited = (Date.now() - delivery.receivedAt.getTime()) / 1000;
    const over = waited > GIVE_UP_SECONDS;
    const seconds = Math.min(RETRY_SECONDS, Math.max(FIRST_RETRY_SECONDS, waited));
    return database.transaction(async (stores) => {
      await stores.queue.hold(job);
      const decision = over ? "nothing" : "pending";
      await stores.deliveries.decide(delivery.id, {
        decision,
        reason: error.message,
        experiments: [],
      });
      if (over) await stores.queue.finish(job);
      else await stores.queue.release(job, seconds, "timer");
    });
  }
  const commits = await newCommits(ports, project, push);
  await database.transaction(async (stores) => {
    await stores.queue.hold(job);
    await trigger(stores, { project, delivery, push, commits });
    await stores.queue.finish(job);
  });
}
