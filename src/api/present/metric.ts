import type {
  MetricAnswer,
  MetricValue,
  MetricValues,
  ResourceCurve,
} from "../../contract/metric.ts";
import type { Metric, MetricPoint } from "../../core/run-metrics.ts";
import { thinPoints } from "../../core/thin-points.ts";

export function presentMetric({ name, value, last, points }: Metric, most: number): MetricAnswer {
  return {
    name,
    value: presentValue(value),
    last: last === undefined ? null : { step: last.step, value: presentValue(last.value) },
    points: curve(points, most),
  };
}

/** Kept as `<replica>/<measure>`. */
export function presentResourceCurve({ name, points }: Metric, most: number): ResourceCurve {
  const slash = name.lastIndexOf("/");
  return {
    replica: name.slice(0, slash),
    measure: name.slice(slash + 1),
    points: curve(points, most),
  };
}

export function presentValues(values: Readonly<Record<string, number>>): MetricValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, presentValue(value)]),
  );
}

const curve = (points: readonly MetricPoint[], most: number): MetricAnswer["points"] =>
  thinPoints(points, most).map(({ step, value }) => [step, presentValue(value)]);

function presentValue(value: number): MetricValue {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}
