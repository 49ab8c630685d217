import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import { type Metrics, METRICS } from "../core/metrics.ts";

/** From a query of some milliseconds to a training of a day. */
const BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400,
];

/** The figures as Prometheus reads them, those of the process included. */
export function createMetrics(): { readonly metrics: Metrics; readonly registry: Registry } {
  const registry = new Registry();
  const registers = [registry];
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, { kind, labels, help }] of Object.entries(METRICS)) {
    const options = { name, help, labelNames: [...labels], registers };
    if (kind === "counter") counters.set(name, new Counter(options));
    else if (kind === "gauge") gauges.set(name, new Gauge(options));
    else histograms.set(name, new Histogram({ ...options, buckets: BUCKETS }));
  }
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    metrics: {
      count: (name, labels = {}, by = 1) => counters.get(name)?.inc({ ...labels }, by),
      observe: (name, value, labels = {}) => histograms.get(name)?.observe({ ...labels }, value),
      set: (name, value, labels = {}) => gauges.get(name)?.set({ ...labels }, value),
    },
  };
}
