import type { Request } from "express";

import { MetricsQuery, ReportRequest, type RunMetricsAnswer } from "../../contract/metric.ts";
import { ForbiddenError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { Run } from "../../core/run.ts";
import { reportMetrics } from "../../pipeline/verbs/report-metrics.ts";
import { principalOf } from "../auth.ts";
import { runOf } from "../find.ts";
import type { Handlers } from "../handler.ts";
import { bodyOf, parameter, queryOf } from "../input.ts";
import { presentMetric } from "../present/metric.ts";

export function metricRoutes(
  ports: Pick<Ports, "database">,
): Pick<Handlers, "getRunMetrics" | "reportMetrics"> {
  return {
    async getRunMetrics(request, response) {
      const { names, points } = queryOf(MetricsQuery, request);
      const run = await runOf(ports, request);
      // A name may have a comma of its own.
      const wanted = names?.flatMap((each) => [each, ...each.split(",")]);
      const [metrics, file] = await Promise.all([
        ports.database.runMetrics.ofRun(run.id, "reported", wanted),
        ports.database.runMetrics.file(run.id),
      ]);
      const items = metrics
        .filter(({ name }) => wanted?.includes(name) ?? true)
        .map((metric) => presentMetric(metric, points));
      response.json({ items, skippedLines: file?.skipped ?? 0 } satisfies RunMetricsAnswer);
    },

    async reportMetrics(request, response) {
      const run = await reachable(ports, request);
      const body = bodyOf(ReportRequest, request);
      response.json(await reportMetrics(ports, run, Array.isArray(body) ? body : [body]));
    },
  };
}

/** A run's token reports for its own run alone. */
async function reachable(ports: Pick<Ports, "database">, request: Request): Promise<Run> {
  const principal = principalOf(request);
  if (principal.kind === "run" && parameter(request, "id").toLowerCase() !== principal.runId)
    throw new ForbiddenError("The token of a run reports the metrics of its own run alone.");
  return runOf(ports, request);
}
