import { ResourcesQuery, type RunResourcesAnswer } from "../../contract/metric.ts";
import { WorkloadGoneError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Run } from "../../core/run.ts";
import { runOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { presentResourceCurve } from "../present/metric.ts";
import { presentRunDetail } from "../present/run.ts";
import { time } from "../present/times.ts";

export function runRoutes(
  ports: Pick<Ports, "database" | "engines">,
): Pick<Handlers, "getRun" | "getRunResources"> {
  return {
    async getRun(request, response) {
      const run = await runOf(ports, request);
      response.json(presentRunDetail(run, await ports.database.runs.attempts(run.id)));
    },

    async getRunResources(request, response) {
      const { now, points } = queryOf(ResourcesQuery, request);
      const run = await runOf(ports, request);
      const [items, used] = await Promise.all([
        now === "true" ? usedNow(ports, run) : [],
        ports.database.runMetrics.ofRun(run.id, "resource"),
      ]);
      const curves = used.map((metric) => presentResourceCurve(metric, points));
      response.json({ items, curves } satisfies RunResourcesAnswer);
    },
  };
}

/** One sample of each replica that runs now; none where nothing runs. */
async function usedNow(
  { database, engines }: Pick<Ports, "database" | "engines">,
  run: Run,
): Promise<RunResourcesAnswer["items"]> {
  const attempt = await database.runs.liveAttempt(run.id);
  const engine = engines.get(attempt?.engine ?? "");
  if (attempt?.engineId === undefined || engine === undefined) return [];
  try {
    const samples = await engine.resources(attempt.engineId, AbortSignal.timeout(10_000));
    return Object.entries(samples).map(([replica, sample]) => ({
      replica,
      ...sample,
      at: time(sample.at),
    }));
  } catch (error) {
    if (error instanceof WorkloadGoneError) return [];
    throw error;
  }
}
