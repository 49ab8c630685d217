import type { ExperimentItem } from "../../contract/experiment.ts";
import { formatMetric } from "../metrics/format-metric.ts";

/** A parameter or a metric that somebody wants to see in the list; sorted and filtered by under the same name. */
export type Column = `metric.${string}` | `param.${string}`;

export const isColumn = (text: string): text is Column => /^(metric|param)\../.test(text);

/** Of these experiments, by name: metrics first. */
export function columnsOf(items: readonly ExperimentItem[]): readonly Column[] {
  const metrics = new Set(items.flatMap(({ metrics }) => Object.keys(metrics)));
  const params = new Set(items.flatMap(({ params }) => Object.keys(params)));
  return [
    ...[...metrics].toSorted().map((name) => `metric.${name}` as const),
    ...[...params].toSorted().map((name) => `param.${name}` as const),
  ];
}

export const nameOf = (column: Column): string => column.slice(column.indexOf(".") + 1);

/** What stands in the list, and what is shown on hover. */
export function cellOf(
  { metrics, params }: ExperimentItem,
  column: Column,
): { readonly shown: string; readonly whole: string } {
  const name = nameOf(column);
  if (column.startsWith("metric.")) {
    const value = metrics[name];
    return value === undefined
      ? { shown: "", whole: "" }
      : { shown: formatMetric(value), whole: `${name} ${value}` };
  }
  const value = params[name];
  const whole =
    value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return { shown: whole, whole };
}
