import type { RunResourcesAnswer } from "../../contract/run.ts";
import { WorkloadGoneError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Run } from "../../core/run.ts";
import { runOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
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
      response.json(await resourcesOf(ports, await runOf(ports, request)));
    },
  };
}

/** One sample of each replica that runs now; none where nothing runs. */
async function resourcesOf(
  { database, engines }: Pick<Ports, "database" | "engines">,
  run: Run,
): Promise<RunResourcesAnswer> {
  const attempt = await database.runs.liveAttempt(run.id);
  const engine = engines.get(attempt?.engine ?? "");
  if (attempt?.engineId === undefined || engine === undefined) return { items: [] };
  try {
    const samples = await engine.resources(attempt.engineId, AbortSignal.timeout(10_000));
    return {
      items: Object.entries(samples).map(([replica, sample]) => ({
        replica,
        ...sample,
        at: time(sample.at),
      })),
    };
  } catch (error) {
    if (error instanceof WorkloadGoneError) return { items: [] };
    throw error;
  }
}
