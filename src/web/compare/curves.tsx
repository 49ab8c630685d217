import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import type { MetricAnswer } from "../../contract/metric.ts";
import { formatMetric } from "../metrics/format-metric.ts";
import { LazyChart } from "../metrics/lazy-chart.tsx";
import { runMetricsQuery } from "../queries.ts";

const FIRST = 12;

/** The curves of all experiments over each other, one chart for each metric; a colour is an experiment's in all of them. */
export function Curves({ experiments }: { readonly experiments: readonly ExperimentAnswer[] }) {
  const [most, setMost] = useState(FIRST);
  const names = [...new Set(experiments.flatMap(({ metrics }) => Object.keys(metrics)))];
  const shown = names.slice(0, most);
  const answers = useQueries({
    queries: experiments.map(({ runs: [run], metrics }) => ({
      ...runMetricsQuery(
        run?.id ?? "",
        shown.filter((name) => name in metrics),
      ),
      enabled: run !== undefined && shown.some((name) => name in metrics),
    })),
  });
  const charts = shown
    .map((name) => ({
      name,
      curves: experiments.flatMap(({ project, number }, colour) => {
        const points = pointsOf(answers[colour]?.data?.items, name);
        return points.length > 1 ? [{ label: `${project.slug}#${number}`, colour, points }] : [];
      }),
    }))
    .filter(({ curves }) => curves.length > 0);
  if (names.length === 0) return <p className="text-quiet">None of them has reported a metric.</p>;
  if (charts.length === 0 && answers.every(({ isPending }) => !isPending))
    return <p className="text-quiet">None of them has a metric with more than one step.</p>;
  return (
    <>
      <div className="grid gap-3 md:grid-cols-2">
        {charts.map(({ name, curves }) => (
          <LazyChart
            key={name}
            title={name}
            curves={curves}
            steps="number"
            format={formatMetric}
            together="compared"
          />
        ))}
      </div>
      {names.length > most && (
        <button type="button" className="button mt-2" onClick={() => setMost(most + FIRST)}>
          Show {Math.min(names.length - most, FIRST)} more
        </button>
      )}
    </>
  );
}

const pointsOf = (
  items: readonly MetricAnswer[] | undefined,
  wanted: string,
): MetricAnswer["points"] => items?.find(({ name }) => name === wanted)?.points ?? [];
