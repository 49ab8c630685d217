import { z } from "zod";

import { JsonObject, Text, Time } from "./json.ts";
import { several } from "./page.ts";

/** JSON has no number for three of them. */
export const MetricValue = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
export type MetricValue = z.infer<typeof MetricValue>;

export const MetricValues = z.record(z.string(), MetricValue);

/** By name: what an experiment has reached. */
export type MetricValues = z.infer<typeof MetricValues>;

const Points = z.coerce.number().int().min(10).max(6000).default(500);

export const MetricsQuery = z.strictObject({
  /** Names, with commas or repeated; without it, all. */
  names: several(Text).optional(),
  /** About so many of each curve: its peaks stay. */
  points: Points,
});

export const ResourcesQuery = z.strictObject({
  /** About so many of each curve: its peaks stay. */
  points: Points,
  /** false: without what they use now, for which the engine is asked. */
  now: z.enum(["true", "false"]).default("true"),
});

/** `[step, value]` by step. */
const Curve = z.array(z.tuple([z.number(), MetricValue]));

export const MetricAnswer = z.object({
  name: z.string(),
  /** The final one of metrics.json, else that of the last step. */
  value: MetricValue,
  last: z.object({ step: z.number(), value: MetricValue }).nullable(),
  points: Curve,
});
export type MetricAnswer = z.infer<typeof MetricAnswer>;

export const RunMetricsAnswer = z.object({
  items: z.array(MetricAnswer),
  /** Lines of metrics.jsonl that said nothing: no JSON object, or no number in it. */
  skippedLines: z.number().int(),
});
export type RunMetricsAnswer = z.infer<typeof RunMetricsAnswer>;

/** What a program reports: `{ "step": 10, "loss": 0.3 }`, or several of them. */
export const ReportRequest = z.union([JsonObject, z.array(JsonObject).max(10_000)]);

export const ReportAnswer = z.object({
  stored: z.number().int(),
  /** Those without a step, or without a number. */
  skipped: z.number().int(),
  /** Names that were not kept, because the run has 200 already. */
  tooMany: z.array(z.string()),
});

/** What a replica used over time; a step is a time in ms since 1970. */
export const ResourceCurve = z.object({
  replica: z.string(),
  measure: z.string(),
  points: Curve,
});
export type ResourceCurve = z.infer<typeof ResourceCurve>;

/** What each running replica uses now, and what all have used so far. */
export const RunResourcesAnswer = z.object({
  items: z.array(
    z.object({
      replica: z.string(),
      at: Time,
      /** Cores in use. */
      cpus: z.number(),
      memoryBytes: z.number(),
      memoryLimitBytes: z.number(),
      networkReceivedBytes: z.number(),
      networkSentBytes: z.number(),
      /** Devices in use of those that are its own; only where it has some. */
      gpus: z.number().optional(),
      gpuMemoryBytes: z.number().optional(),
    }),
  ),
  curves: z.array(ResourceCurve),
});
export type RunResourcesAnswer = z.infer<typeof RunResourcesAnswer>;
