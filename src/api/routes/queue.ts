import type { Request, Response } from "express";

import type { QueueAnswer } from "../../contract/operations.ts";
import type { Experiment } from "../../core/experiment.ts";
import { stateOf, whyClosed } from "../../core/hold.ts";
import type { Ports } from "../../core/ports.ts";
import { byTurn } from "../../core/turn.ts";
import { holdQueue, resumeQueue } from "../../pipeline/verbs/hold-queue.ts";
import { userOf } from "../auth.ts";
import type { Handlers } from "../handler.ts";
import { time } from "../present/times.ts";

/** A queue that is longer shows its head. */
const MOST = 1_000;

export function queueRoutes(
  ports: Pick<Ports, "database" | "engines" | "events" | "closedBecause">,
): Pick<Handlers, "getQueue" | "pauseQueue" | "resumeQueue" | "drainQueue"> {
  const everything = { engine: undefined };
  /** Does this, and shows the queue after it. */
  const shown =
    (change?: (by: string) => Promise<void>) =>
    async (request: Request, response: Response): Promise<void> => {
      await change?.(userOf(request));
      response.json(await show(ports));
    };

  return {
    getQueue: shown(),
    pauseQueue: shown((by) => holdQueue(ports, everything, { drain: false, by })),
    drainQueue: shown((by) => holdQueue(ports, everything, { drain: true, by })),
    resumeQueue: shown(() => resumeQueue(ports, everything)),
  };
}

async function show(ports: Pick<Ports, "database" | "closedBecause">): Promise<QueueAnswer> {
  const { admission, queue } = ports.database;
  const [holds, busy, full, experiments, runs, depths] = await Promise.all([
    admission.holds(),
    admission.busy(),
    ports.closedBecause(),
    waitingExperiments(ports),
    queueingRuns(ports),
    queue.depth(),
  ]);
  return {
    state: stateOf(holds.queue, busy > 0),
    closed: whyClosed(holds) ?? full ?? null,
    busy,
    experiments,
    runs,
    depths: [...depths],
  };
}

async function waitingExperiments({
  database,
}: Pick<Ports, "database">): Promise<QueueAnswer["experiments"]> {
  const waiting: Experiment[] = [];
  let cursor: string | undefined;
  do {
    const page = await database.experiments.list(
      { step: "Waiting", status: ["Created", "Processing"], archived: "all" },
      { limit: 200, cursor },
    );
    waiting.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && waiting.length < MOST);
  const now = Date.now();
  const inLine = waiting.map((experiment) => ({
    ...experiment,
    waitedSeconds: (now - experiment.createdAt.getTime()) / 1000,
  }));
  return inLine.toSorted(byTurn).map((experiment, index) => ({
    position: index + 1,
    id: experiment.id,
    number: experiment.number,
    project: { id: experiment.projectId, slug: experiment.projectSlug },
    name: experiment.name,
    priority: experiment.priority,
    reason: experiment.note ?? null,
    createdAt: time(experiment.createdAt),
  }));
}

async function queueingRuns({ database }: Pick<Ports, "database">): Promise<QueueAnswer["runs"]> {
  const { queueing } = await database.admission.snapshot();
  const ids = [...new Set(queueing.map(({ experimentId }) => experimentId))];
  const runs = [...(await database.runs.ofExperiments(ids)).values()].flat();
  const positions = new Map<string, number>();
  return queueing.toSorted(byTurn).map(({ id, experimentId, engine, priority, queuedSeconds }) => {
    const position = (positions.get(engine) ?? 0) + 1;
    positions.set(engine, position);
    const reason = runs.find((run) => run.id === id)?.reason ?? null;
    return { position, id, experimentId, engine, priority, queuedSeconds, reason };
  });
}
