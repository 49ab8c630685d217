import type { Admission, EngineSnapshot, QueueingRun, Snapshot } from "./admission.ts";
import { fit, type Free, keepRoom, take, whole } from "./placement.ts";
import { demand, neverFits, shortage } from "./shortage.ts";
import { byTurn, Lines } from "./turn.ts";

/** After so long without a place, what a run needs is kept free for it. */
export const RESERVE_AFTER_SECONDS = 300;

type Decision = Pick<Admission, "reserved" | "queued">;

/**
 * Who gets a place on an engine, in turn. A run that does not fit lets smaller ones pass, until it has waited
 * RESERVE_AFTER_SECONDS: then what it needs is kept free for it, and only what takes nothing of that may pass.
 */
export function reserveRuns({ queueing, engines }: Snapshot): Decision {
  const each = engines.map((engine) => {
    const runs = queueing.filter((run) => run.engine === engine.name).toSorted(byTurn);
    return reserveOn(engine, runs);
  });
  return {
    reserved: each.flatMap(({ reserved }) => reserved),
    queued: each.flatMap(({ queued }) => queued),
  };
}

function reserveOn(
  { name, machines, closed, reservations }: EngineSnapshot,
  runs: readonly QueueingRun[],
): Decision {
  const reserved: Decision["reserved"][number][] = [];
  const queued: Decision["queued"][number][] = [];
  const lines = new Lines();
  const stays = ({ id, experimentId }: QueueingRun, reason: string): void =>
    void queued.push({ runId: id, experimentId, reason: `${reason}; ${lines.next(name)}` });

  let free: readonly Free[] = take(whole(machines ?? []), reservations);
  /** Less than `free` by what is kept for a run. */
  let open = free;
  let keptFor: QueueingRun | undefined;
  for (const run of runs) {
    if (closed !== undefined || machines === undefined) {
      stays(run, closed ?? `engine ${name} does not answer`);
      continue;
    }
    const reservation = fit(run, open);
    if (reservation !== undefined) {
      const { id, experimentId, attemptId } = run;
      reserved.push({ runId: id, experimentId, attemptId, reservation });
      free = take(free, reservation);
      open = take(open, reservation);
      continue;
    }
    const tooLarge = neverFits(run.replicas, { name, machines });
    if (tooLarge !== undefined) {
      stays(run, `it does not fit as things stand: ${tooLarge.replace(/\.$/, "")}`);
      continue;
    }
    const short = shortage(run, free);
    if (keptFor === undefined && run.queuedSeconds >= RESERVE_AFTER_SECONDS) {
      keptFor = run;
      open = keepRoom(run, open);
      stays(run, `${short}, and what comes free is kept for it`);
    } else if (keptFor !== undefined && fit(run, free) !== undefined)
      stays(run, `engine ${name} keeps room for an earlier run that ${demand(keptFor)}`);
    else stays(run, short);
  }
  return { reserved, queued };
}
