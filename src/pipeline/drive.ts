import type { Stores } from "../core/database.ts";
import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";

/** Goes into the transaction that settles the look. */
export type Write = (stores: Stores) => Promise<void>;

/** What one look at a job's subject came to. */
export type Look =
  /** Look again at once; `over` ends the job with it. */
  | {
      readonly kind: "moved";
      readonly over: boolean;
      readonly write: Write;
      /** Once all of it is written for good. */
      readonly tell?: (() => void) | undefined;
    }
  /** With `seconds` it is looked at again then, without it a wake is owed. */
  | {
      readonly kind: "wait";
      readonly seconds?: number | undefined;
      readonly write?: Write | undefined;
    };

/** A wake comes long before. */
const SAFETY_NET_SECONDS = 30;

/** Goes on with a claimed job as far as it goes without waiting. `find` answers undefined for what is over. */
export async function drive<Subject>(
  ports: Pick<Ports, "database" | "metrics">,
  claimed: Job,
  find: (id: string) => Promise<Subject | undefined>,
  look: (subject: Subject) => Promise<Look>,
): Promise<void> {
  let job = claimed;
  for (;;) {
    const subject = await find(job.subjectId);
    if (subject === undefined) return ports.database.queue.finish(job);
    const found = await look(subject);
    if (job.overdue && found.kind === "moved")
      ports.metrics.count("assay_safety_net_total", { kind: job.kind });
    const next = await settle(ports, job, found);
    if (found.kind === "moved") found.tell?.();
    if (next === undefined) return;
    job = next;
  }
}

/** What the look found out, if the claim still holds: all of it or nothing. Answers the claim to go on with. */
function settle(
  { database }: Pick<Ports, "database">,
  job: Job,
  found: Look,
): Promise<Job | undefined> {
  return database.transaction(async (stores) => {
    const held = await stores.queue.hold(job);
    await found.write?.(stores);
    if (found.kind === "wait") {
      const { seconds } = found;
      const why = seconds === undefined ? "net" : "timer";
      // The wakes that count are those before this look, so `job`, not `held`.
      await stores.queue.release(job, seconds ?? SAFETY_NET_SECONDS, why);
      if (held.wakes > job.wakes) await stores.events.publish({ kind: "work" });
      return undefined;
    }
    if (!found.over) return { ...held, overdue: false };
    await stores.queue.finish(job);
    // Whoever waited for what it held may go on.
    await stores.events.publish({ kind: "work" }, { kind: "schedule" });
    return undefined;
  });
}
