import type { MetricAnswer } from "../../contract/metric.ts";

/** A line of a chart; its colour is that of its place, the same in all charts of a page. */
export interface Curve {
  readonly label: string;
  /** From 0. */
  readonly colour: number;
  readonly points: MetricAnswer["points"];
}

/** Where curves have points at all, and of each curve what it has there. */
export interface Aligned {
  readonly steps: readonly number[];
  /** null where it is no finite number: a gap; undefined where this curve has no point: none. */
  readonly values: readonly (readonly (number | null | undefined)[])[];
}

/** Curves with steps of their own, over one axis. */
export function align(curves: readonly Curve[]): Aligned {
  const steps = [...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))].toSorted(
    (one, other) => one - other,
  );
  const values = curves.map(({ points }) => {
    const known = new Map(points);
    return steps.map((step) => {
      const value = known.get(step);
      return typeof value === "string" ? null : value;
    });
  });
  return { steps, values };
}

/** In words, for those who do not see it. */
export function inWords({ label, points }: Curve, format: (value: number) => string): string {
  const values = points.flatMap(([, value]) => (typeof value === "number" ? [value] : []));
  const last = points.at(-1)?.[1];
  if (last === undefined) return `${label}: no points`;
  const shown = typeof last === "number" ? format(last) : last;
  if (values.length === 0) return `${label}: ${points.length} points, the last ${shown}`;
  const least = values.reduce((one, other) => Math.min(one, other));
  const greatest = values.reduce((one, other) => Math.max(one, other));
  return `${label}: ${points.length} points from ${format(least)} to ${format(greatest)}, the last ${shown}`;
}
