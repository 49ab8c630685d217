import { Counter, Histogram, Registry } from "prom-client";

import type { Metrics } from "../core/metrics.ts";

type Labels = Readonly<Record<string, string>>;

/** Every metric of ours: its help, and for what is timed the kind. An unknown name is a fault of ours. */
const HELP: Readonly<Record<string, string>> = {
  assay_claim_seconds: "How long a claimed job was worked on, by kind.",
  assay_retries_total:
    "Looks that met a fault of the platform and were tried again, by kind of job.",
  assay_lost_leases_total:
    "Claims that no longer held when they were to be settled, by kind of job.",
  assay_safety_net_total:
    "Moves that no wake but only the safety net made; 0 where nothing was lost.",
};

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

/** The pipeline's metrics as Prometheus reads them. */
export function createMetrics(): { readonly metrics: Metrics; readonly registry: Registry } {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  return {
    registry,
    metrics: {
      count(name, labels = {}) {
        const made = counters.get(name) ?? new Counter(options(registry, name, labels));
        counters.set(name, made);
        made.inc({ ...labels });
      },
      observe(name, value, labels = {}) {
        const made =
          histograms.get(name) ??
          new Histogram({ ...options(registry, name, labels), buckets: BUCKETS });
        histograms.set(name, made);
        made.observe({ ...labels }, value);
      },
    },
  };
}

function options(registry: Registry, name: string, labels: Labels) {
  const help = HELP[name];
  if (help === undefined) throw new Error(`the metric ${name} has no help text`);
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}
