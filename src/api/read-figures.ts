import { DatabaseUnavailableError } from "../core/errors.ts";
import { STEPS } from "../core/experiment.ts";
import type { Figures } from "../core/figures.ts";
import { JOB_KINDS, type Queue } from "../core/job.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Outbox } from "../core/notice.ts";
import type { Ports } from "../core/ports.ts";

type Depth = Awaited<ReturnType<Queue["depth"]>>;

/** Brings up to date what is not told as it happens. Where the database is away, its figures stay as they were. */
export async function readFigures(
  ports: Pick<Ports, "database" | "engines" | "metrics" | "closedBecause">,
): Promise<void> {
  const { database, metrics } = ports;
  for (const [state, count] of Object.entries(database.figures.connections()))
    metrics.set("assay_database_connections", count, { state });
  metrics.set("assay_closed", (await ports.closedBecause()) === undefined ? 0 : 1);
  try {
    const figures = await database.figures.read();
    showQueue(metrics, await database.queue.depth());
    showNotices(metrics, await database.outbox.depth());
    showExperiments(metrics, figures);
    for (const engine of ports.engines.keys()) showReserved(metrics, figures, engine);
    metrics.set("assay_servers", figures.servers);
    metrics.set("assay_database_up", 1);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    metrics.set("assay_database_up", 0);
  }
}

function showQueue(metrics: Metrics, depth: Depth): void {
  for (const kind of JOB_KINDS) {
    const its = depth.find((each) => each.kind === kind);
    for (const state of ["due", "claimed", "waiting"] as const)
      metrics.set("assay_queue_jobs", its?.[state] ?? 0, { kind, state });
    metrics.set("assay_queue_oldest_due_seconds", its?.oldestDueSeconds ?? 0, { kind });
  }
}

function showNotices(metrics: Metrics, depth: Awaited<ReturnType<Outbox["depth"]>>): void {
  for (const kind of ["forge", "webhook", "slack"] as const) {
    const its = depth.find((each) => each.kind === kind);
    metrics.set("assay_notices_owed", its?.owed ?? 0, { kind });
    metrics.set("assay_notices_oldest_owed_seconds", its?.oldestSeconds ?? 0, { kind });
  }
}

function showExperiments(metrics: Metrics, { active }: Figures): void {
  for (const step of STEPS)
    for (const status of ["Created", "Processing"] as const) {
      const its = active.find((each) => each.step === step && each.status === status);
      if (status === "Created" && step !== "Waiting") continue;
      metrics.set("assay_experiments", its?.count ?? 0, { step, status });
    }
}

function showReserved(metrics: Metrics, { reserved }: Figures, engine: string): void {
  const its = reserved.find((each) => each.engine === engine);
  const labels = { engine, of: "reserved" };
  metrics.set("assay_engine_cpus", its?.cpus ?? 0, labels);
  metrics.set("assay_engine_memory_bytes", its?.memoryBytes ?? 0, labels);
  metrics.set("assay_engine_gpus", its?.gpus ?? 0, labels);
}
