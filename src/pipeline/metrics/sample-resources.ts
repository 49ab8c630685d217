import type { Engine, ResourceSample } from "../../core/engine.ts";
import type { Ports } from "../../core/ports.ts";
import type { MetricPart } from "../../core/run-metrics.ts";
import { messageOf } from "../message-of.ts";
import type { Watched } from "./watched.ts";

const TIMEOUT_MS = 10_000;
/** Ten minutes of points 5 s apart, then a hundred and twenty of them for any time, up to one a minute. */
const LEAST_MS = 5000;
const MOST_MS = 60_000;
const STEPS = 120;

/** What the replicas use now becomes a point of each of their curves, in one transaction for all. */
export async function sampleResources(
  { database, log }: Pick<Ports, "database" | "log">,
  engine: Engine,
  due: readonly Watched[],
): Promise<void> {
  const parts = await Promise.all(
    due.map(async (watched) => {
      const samples = await samplesOf(engine, watched).catch((error: unknown) => {
        log.debug({ attemptId: watched.attempt.id, reason: messageOf(error) }, "no sample");
        return {};
      });
      const now = performance.now();
      const apart = Math.min(MOST_MS, Math.max(LEAST_MS, (now - watched.since) / STEPS));
      watched.sampleAt = now + apart;
      return partsOf(watched, samples);
    }),
  );
  if (parts.every((each) => each.length === 0)) return;
  await database.transaction(({ runMetrics }) => runMetrics.add("resource", parts.flat()));
}

function samplesOf(
  engine: Engine,
  { attempt }: Watched,
): Promise<Readonly<Record<string, ResourceSample>>> {
  return engine.resources(attempt.engineId ?? attempt.id, AbortSignal.timeout(TIMEOUT_MS));
}

function partsOf(
  { source }: Watched,
  samples: Readonly<Record<string, ResourceSample>>,
): readonly MetricPart[] {
  if (source === undefined) return [];
  const { runId, experimentId } = source;
  return Object.entries(samples).flatMap(([replica, sample]) =>
    Object.entries(measuresOf(sample)).map(([measure, value]) => ({
      runId,
      experimentId,
      name: `${replica}/${measure}`,
      generation: 0,
      points: [{ step: Date.parse(sample.at), value }],
    })),
  );
}

const measuresOf = (sample: ResourceSample): Readonly<Record<string, number>> => ({
  cpus: sample.cpus,
  memoryBytes: sample.memoryBytes,
  networkReceivedBytes: sample.networkReceivedBytes,
  networkSentBytes: sample.networkSentBytes,
  ...(sample.gpus !== undefined && { gpus: sample.gpus }),
  ...(sample.gpuMemoryBytes !== undefined && { gpuMemoryBytes: sample.gpuMemoryBytes }),
});
