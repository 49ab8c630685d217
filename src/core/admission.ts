import type { Machine } from "./engine.ts";
import type { ReplicaResources } from "./manifest.ts";
import { demand, fit, freeOf, shortage } from "./placement.ts";
import type { ReservedReplica } from "./run.ts";

/** An experiment in Waiting whose needs and approval are met. */
export interface WaitingExperiment {
  readonly id: string;
  readonly projectId: string;
  readonly sequence: number;
  /** 1..99, smaller is sooner. */
  readonly priority: number;
  readonly concurrency: { readonly group: string; readonly limit: number } | undefined;
}

/** A run in Queueing without a reservation. */
export interface QueueingRun {
  readonly id: string;
  readonly attemptId: string;
  readonly experimentId: string;
  readonly engine: string;
  readonly sequence: number;
  readonly priority: number;
  readonly queuedSeconds: number;
  readonly replicas: readonly { readonly name: string; readonly resources: ReplicaResources }[];
}

export interface EngineSnapshot {
  readonly name: string;
  /** undefined: it does not answer, so nothing is known and nothing is given out. */
  readonly machines: readonly Machine[] | undefined;
  /** Why nothing new is admitted now ("paused by …", "the disk is 91 % full"); undefined where it takes work. */
  readonly closed: string | undefined;
  readonly reservations: readonly ReservedReplica[];
}

/** All that the scheduler knows when it decides; read in one statement under its lock. */
export interface Snapshot {
  /** Why the server as a whole takes nothing new now; undefined where it does. */
  readonly closed: string | undefined;
  readonly projects: readonly {
    readonly id: string;
    readonly slug: string;
    readonly maxActive: number | undefined;
    readonly active: number;
  }[];
  readonly groups: readonly {
    readonly projectId: string;
    readonly group: string;
    readonly active: number;
  }[];
  readonly waiting: readonly WaitingExperiment[];
  readonly queueing: readonly QueueingRun[];
  readonly engines: readonly EngineSnapshot[];
}

export interface Admission {
  /** Experiments that leave Waiting. */
  readonly admitted: readonly string[];
  /** Experiments that stay, each with its reason and position. */
  readonly held: readonly { readonly experimentId: string; readonly reason: string }[];
  readonly reserved: readonly {
    readonly runId: string;
    readonly attemptId: string;
    readonly reservation: readonly ReservedReplica[];
  }[];
  readonly queued: readonly {
    readonly runId: string;
    readonly experimentId: string;
    readonly reason: string;
  }[];
}

/** After so long at the head of the queue, nothing smaller overtakes a run any more. */
export const RESERVE_AFTER_SECONDS = 300;

/** The rows behind the scheduler's decisions. */
export interface AdmissionStore {
  snapshot(): Promise<
    Omit<Snapshot, "closed" | "engines"> & {
      readonly reservations: readonly (ReservedReplica & { readonly engine: string })[];
    }
  >;
  pausedEngines(): Promise<ReadonlyMap<string, string>>;
  setPaused(engine: string, reason: string | undefined): Promise<void>;
}

/**
 * The scheduler's decision. Smaller priority number first, then age. A run that does not fit lets smaller ones pass,
 * until it has waited RESERVE_AFTER_SECONDS: then its engine is kept for it.
 */
export function admit(snapshot: Snapshot): Admission {
  return { ...admitExperiments(snapshot), ...reserveRuns(snapshot) };
}

const byTurn = (a: { priority: number; sequence: number }, b: typeof a): number =>
  a.priority - b.priority || a.sequence - b.sequence;

const groupKey = (projectId: string, group: string): string => `${projectId} ${group}`;

function admitExperiments({
  closed,
  projects,
  groups,
  waiting,
}: Snapshot): Pick<Admission, "admitted" | "held"> {
  const admitted: string[] = [];
  const held: { experimentId: string; reason: string }[] = [];
  const project = new Map(projects.map((each) => [each.id, { ...each }]));
  const inGroup = new Map(
    groups.map((each) => [groupKey(each.projectId, each.group), each.active]),
  );
  const line = new Map<string, number>();
  const wait = (experimentId: string, queue: string, why: (position: string) => string): void => {
    const position = (line.get(queue) ?? 0) + 1;
    line.set(queue, position);
    held.push({
      experimentId,
      reason: why(position === 1 ? "next in line" : `${ordinal(position)} in line`),
    });
  };

  for (const experiment of waiting.toSorted(byTurn)) {
    const its = project.get(experiment.projectId);
    if (its === undefined) continue;
    const { concurrency } = experiment;
    const key = concurrency && groupKey(its.id, concurrency.group);
    const groupActive = key === undefined ? 0 : (inGroup.get(key) ?? 0);
    if (closed !== undefined)
      wait(experiment.id, "everybody", (position) => `${closed}; ${position}`);
    else if (its.maxActive !== undefined && its.active >= its.maxActive) {
      const { active, maxActive, slug } = its;
      wait(
        experiment.id,
        its.id,
        (position) =>
          `${active} of ${slug}'s at most ${maxActive} experiments are active; ${position}`,
      );
    } else if (concurrency !== undefined && key !== undefined && groupActive >= concurrency.limit) {
      wait(
        experiment.id,
        key,
        (position) =>
          `group ${concurrency.group} runs ${groupActive} of at most ${concurrency.limit}; ${position}`,
      );
    } else {
      its.active += 1;
      if (key !== undefined) inGroup.set(key, groupActive + 1);
      admitted.push(experiment.id);
    }
  }
  return { admitted, held };
}

function reserveRuns({ queueing, engines }: Snapshot): Pick<Admission, "reserved" | "queued"> {
  const reserved: Admission["reserved"][number][] = [];
  const queued: Admission["queued"][number][] = [];
  for (const engine of engines) {
    const runs = queueing.filter((run) => run.engine === engine.name).toSorted(byTurn);
    const free = (engine.machines ?? []).map((machine) => freeOf(machine, engine.reservations));
    let keptFor: string | undefined;
    let position = 0;
    for (const run of runs) {
      const stays = (reason: string): void => {
        position += 1;
        const turn = position === 1 ? "next in line" : `${ordinal(position)} in line`;
        queued.push({
          runId: run.id,
          experimentId: run.experimentId,
          reason: `${reason}; ${turn}`,
        });
      };
      if (engine.machines === undefined) stays(`engine ${engine.name} does not answer`);
      else if (engine.closed !== undefined) stays(engine.closed);
      else if (keptFor !== undefined)
        stays(`engine ${engine.name} is kept free for ${keptFor}, which has waited longest`);
      else {
        const reservation = fit(run, free);
        if (reservation !== undefined) {
          reserved.push({ runId: run.id, attemptId: run.attemptId, reservation });
          continue;
        }
        stays(shortage(run, free));
        if (run.queuedSeconds >= RESERVE_AFTER_SECONDS)
          keptFor = `an earlier run that ${demand(run)}`;
      }
    }
  }
  return { reserved, queued };
}

function ordinal(position: number): string {
  const tens = position % 100;
  const suffix =
    tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[position % 10] ?? "th");
  return `${position}${suffix}`;
}
