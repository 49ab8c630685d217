import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import type { MetricAnswer } from "../../contract/metric.ts";
import { Problem } from "../components/problem.tsx";
import { runMetricsQuery } from "../queries.ts";
import { formatMetric } from "./format-metric.ts";
import { LazyChart } from "./lazy-chart.tsx";

/** So many curves are asked for at first. */
const FIRST = 12;

/** What the program reports: a curve for each name that has one, and the values. */
export function Metrics({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const [most, setMost] = useState(FIRST);
  const [isLogarithmic, setLogarithmic] = useState(false);
  const names = Object.keys(experiment.metrics);
  const [run] = experiment.runs;
  const { data, error } = useQuery({
    ...runMetricsQuery(run?.id ?? "", names.slice(0, most)),
    enabled: run !== undefined && names.length > 0,
  });
  if (error !== null) return <Problem error={error} />;
  if (names.length === 0) return <None isOver={experiment.finishedAt !== null} />;
  const curves = (data?.items ?? []).filter(({ points }) => points.length > 1);
  const others = names.filter((name) => !curves.some((curve) => curve.name === name));
  return (
    <>
      {curves.length > 0 && (
        <button
          type="button"
          className="button mb-2"
          aria-pressed={isLogarithmic}
          onClick={() => setLogarithmic(!isLogarithmic)}
        >
          Logarithmic
        </button>
      )}
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {curves.map((metric) => (
          <One key={metric.name} metric={metric} isLogarithmic={isLogarithmic} />
        ))}
      </div>
      {data !== undefined && others.length > 0 && (
        <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-1">
          {others.map((name) => (
            <div key={name}>
              <dt className="code inline break-all text-quiet">{name}</dt>{" "}
              <dd className="code inline" title={String(experiment.metrics[name])}>
                {formatMetric(experiment.metrics[name] ?? "NaN")}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {names.length > most && (
        <button type="button" className="button mt-2" onClick={() => setMost(most + 2 * FIRST)}>
          Show the curves of {Math.min(names.length - most, 2 * FIRST)} more
        </button>
      )}
      {data !== undefined && data.skippedLines > 0 && (
        <p className="mt-2 text-running">
          {data.skippedLines === 1 ? "A line" : `${data.skippedLines} lines`} of metrics.jsonl said
          nothing: no JSON object, or no number in it.
        </p>
      )}
    </>
  );
}

interface OneProps {
  readonly metric: MetricAnswer;
  readonly isLogarithmic: boolean;
}

function One({ metric: { name, points }, isLogarithmic }: OneProps) {
  const curves = useMemo(() => [{ label: name, colour: 0, points }], [name, points]);
  const canBe = points.every(([, value]) => typeof value !== "number" || value > 0);
  return (
    <LazyChart
      title={name}
      curves={curves}
      steps="number"
      format={formatMetric}
      isLogarithmic={isLogarithmic && canBe}
      together="steps"
    />
  );
}

function None({ isOver }: { readonly isOver: boolean }) {
  return (
    <p className="text-quiet">
      {isOver ? "None" : "None yet"}: a program writes lines like{" "}
      <span className="code">{'{"step": 10, "loss": 0.3}'}</span> to{" "}
      <span className="code">$ASSAY_OUTPUT_PATH/metrics.jsonl</span>.
    </p>
  );
}
