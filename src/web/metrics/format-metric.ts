import type { MetricValue } from "../../contract/metric.ts";

/** Five digits that say something: more of a loss is noise in a list. Whole on hover. */
export function formatMetric(value: MetricValue): string {
  if (typeof value === "string" || Number.isInteger(value)) return shortened(value);
  const rounded = Number(value.toPrecision(5));
  return Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e9
    ? String(rounded)
    : rounded.toExponential();
}

const shortened = (value: MetricValue): string =>
  typeof value === "number" && Math.abs(value) >= 1e9
    ? Number(value.toPrecision(5)).toExponential()
    : String(value);
