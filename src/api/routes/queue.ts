import type { QueueAnswer } from "../../contract/operations.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import type { Handlers } from "../handler.ts";
import { time } from "../present/times.ts";

/** A queue that is longer shows its head. */
const MOST = 1_000;

export function queueRoutes(ports: Pick<Ports, "database">): Pick<Handlers, "getQueue"> {
  return {
    async getQueue(_request, response) {
      const [experiments, runs, depths] = await Promise.all([
        waitingExperiments(ports),
        queueingRuns(ports),
        ports.database.queue.depth(),
      ]);
      const answer: QueueAnswer = { experiments, runs, depths: [...depths] };
      response.json(answer);
    },
  };
}

/** Smaller priority number first, then age: the scheduler's order. */
const byTurn = (a: { priority: number; sequence: number }, b: typeof a): number =>
  a.priority - b.priority || a.sequence - b.sequence;

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
  return waiting.toSorted(byTurn).map((experiment, index) => ({
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
