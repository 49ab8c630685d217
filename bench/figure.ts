/** A line of the table in docs/benchmarks.md. */
export interface Figure {
  readonly figure: string;
  readonly target: string;
  readonly ours: string;
  /** The floor or rival of the same run; empty where there is none. */
  readonly beside: string;
  readonly reached: boolean;
}

/** Of at least one value; `share` is between 0 and 1. */
export function quantile(values: readonly number[], share: number): number {
  const at = Math.min(values.length - 1, Math.floor(values.length * share));
  return values.toSorted((one, other) => one - other)[at] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** In Markdown. */
export function toTable(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ figure, target, ours, beside, reached }) =>
      `| ${figure} | ${target} | ${ours} | ${beside} | ${reached ? "yes" : "no"} |`,
  );
  return ["| figure | target | ours | beside | reached |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}
