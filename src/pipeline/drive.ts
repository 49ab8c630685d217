import type { Stores } from "../core/database.ts";
import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";

/** Goes into the transaction that settles the look. */
export type Write<Answer> = (stores: Stores) => Promise<Answer>;

/** What one look at a job's subject came to. */
export type Look<Subject> =
  /** Look again at once; `over` ends the job with it. Answers the subject as it is now, where that is known. */
  | {
      readonly kind: "moved";
      readonly over: boolean;
      readonly write: Write<Subject | void>;
      /** Once all of it is written for good. */
      readonly tell?: (() => void) | undefined;
    }
  /** With `seconds` it is looked at again then, without it a wake is owed. */
  | {
      readonly kind: "wait";
      readonly seconds?: number | undefined;
      readonly write?: Write<void> | undefined;
      /** The platform's fault for which it is being given up: what counted up to that stays counted. */
      readonly fault?: string | undefined;
    };

/** A wake comes long before. */
export const SAFETY_NET_SECONDS = 30;

/** Goes on with a claimed job as far as it goes without waiting. `find` answers undefined for what is over. */
export async function drive<Subject>(
  ports: Pick<Ports, "database" | "metrics">,
  claimed: Job,
  find: (id: string) => Promise<Subject | undefined>,
  look: (subject: Subject) => Promise<Look<Subject>>,
): Promise<void> {
  let job = claimed;
  let known: Subject | void = undefined;
  for (;;) {
    const subject: Subject | undefined = known ?? (await find(job.subjectId));
    if (subject === undefined) return ports.database.queue.finish(job);
    const found = await look(subject);
    if (job.overdue && found.kind === "moved")
      ports.metrics.count("assay_safety_net_total", { kind: job.kind });
    const next = await settle(ports, job, found);
    if (found.kind === "moved") found.tell?.();
    if (next === undefined) return;
    ({ job, known } = next);
  }
}

/** What the look found out, if the claim still holds: all of it or nothing. Answers the claim to go on with. */
async function settle<Subject>(
  { database }: Pick<Ports, "database">,
  job: Job,
  found: Look<Subject>,
): Promise<{ readonly job: Job; readonly known: Subject | void } | undefined> {
  if (found.kind === "wait" && found.write === undefined) {
    await release(database, job, found.seconds);
    return undefined;
  }
  const { held, answer } = await database.holding(job, async (stores) => {
    if (found.kind === "wait") {
      await found.write?.(stores);
      if (found.fault === undefined) await release(stores, job, found.seconds);
      else await stores.queue.retry(job, found.seconds ?? SAFETY_NET_SECONDS, found.fault);
      return undefined;
    }
    const known = await found.write(stores);
    if (!found.over) return { job: await stores.queue.forgive(job), known };
    await stores.queue.finish(job);
    // Whoever waited for what it held may go on.
    await stores.events.publish({ kind: "work" }, { kind: "schedule" });
    return undefined;
  });
  return answer && { ...answer, job: { ...answer.job, wakes: held.wakes, overdue: false } };
}

/** The wakes that count are those before the look, so `job` is as it was claimed. */
async function release(
  { queue, events }: Pick<Stores, "queue" | "events">,
  job: Job,
  seconds: number | undefined,
): Promise<void> {
  const why = seconds === undefined ? "net" : "timer";
  const isWoken = await queue.release(job, seconds ?? SAFETY_NET_SECONDS, why);
  if (isWoken) await events.publish({ kind: "work" });
}
