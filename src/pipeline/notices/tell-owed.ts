import type { Job } from "../../core/job.ts";
import type { OwedNotice } from "../../core/notice.ts";
import type { Ports } from "../../core/ports.ts";
import type { Told } from "../../core/told.ts";
import { settlementOf } from "./settlement.ts";
import { tell } from "./tell.ts";

export type NoticePorts = Pick<
  Ports,
  "database" | "statuses" | "outward" | "publicUrl" | "log" | "metrics"
>;

const NO_ROOM_SECONDS = 1;

/**
 * What an experiment owes to the outside: to each destination one after the other, the oldest first, to several at the
 * same time. The job's lease keeps another server from telling it too; a server that dies in between is followed by one
 * that tells it once more.
 */
export async function tellOwed(ports: NoticePorts, job: Job, signal: AbortSignal): Promise<void> {
  const { database, outward } = ports;
  if (!outward.hasRoom()) {
    await database.queue.release(job, NO_ROOM_SECONDS, "timer");
    return;
  }
  const experiment = await database.experiments.find(job.subjectId);
  if (experiment === undefined)
    await database.outbox.abandon(job.subjectId, "The experiment was deleted.");
  const due = (await database.outbox.owed(job.subjectId)).filter((each) => each.dueInSeconds === 0);
  const told = await Promise.all(
    due.map(async (notice) => {
      if (notice.isSuperseded || experiment === undefined) return { notice, told: undefined };
      return { notice, told: await tell(ports, notice, experiment, signal) };
    }),
  );
  // This server stops: whether it was heard is not known, and another one asks again.
  if (signal.aborted && told.some((each) => each.told?.kind === "later")) throw signal.reason;
  await settle(ports, job, told);
}

async function settle(
  { database, log, metrics }: NoticePorts,
  job: Job,
  told: readonly { readonly notice: OwedNotice; readonly told: Told | undefined }[],
): Promise<void> {
  const settled = told.map(({ notice, told: came }) => ({
    notice,
    settlement:
      came === undefined ? ({ state: "superseded" } as const) : settlementOf(notice, came),
  }));
  await database.transaction(async ({ queue, outbox }) => {
    const held = await queue.hold(job);
    for (const { notice, settlement } of settled) await outbox.settle(notice, settlement);
    const seconds = await outbox.nextDueSeconds(job.subjectId);
    if (seconds === undefined) await queue.finish(job);
    else await queue.release(held, seconds, "timer");
  });
  for (const { notice, settlement } of settled) {
    const { kind } = notice.access;
    metrics.count("assay_notices_total", { kind, outcome: settlement.state });
    if (settlement.state === "refused")
      log.warn(
        { experimentId: job.subjectId, noticeId: notice.id, kind, reason: settlement.reason },
        "a notice was refused",
      );
  }
}
