import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import type { ResourceCurve } from "../../contract/metric.ts";
import { Problem } from "../components/problem.tsx";
import { formatBytes } from "../format.ts";
import { runResourcesQuery } from "../queries.ts";
import { LazyChart } from "./lazy-chart.tsx";

/** What the replicas used: a chart for each measure, a line for each replica. */
export function Resources({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const [run] = experiment.runs;
  const { data, error } = useQuery({
    ...runResourcesQuery(run?.id ?? "", experiment.finishedAt === null),
    enabled: run !== undefined,
  });
  if (error !== null) return <Problem error={error} />;
  const curves = data?.curves ?? [];
  if (curves.length === 0)
    return (
      <p className="text-quiet">
        {experiment.finishedAt === null ? "None yet: they are" : "None: they were"} measured every
        few seconds, from two seconds on.
      </p>
    );
  return (
    <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-4">
      {MEASURES.map(({ measure, title, format }) => (
        <Measure
          key={measure}
          title={title}
          format={format}
          curves={curves.filter((curve) => curve.measure === measure)}
        />
      ))}
    </div>
  );
}

const formatCores = (cores: number): string => String(Number(cores.toPrecision(3)));

const MEASURES = [
  { measure: "cpus", title: "CPUs", format: formatCores },
  { measure: "memoryBytes", title: "Memory", format: formatBytes },
  { measure: "networkReceivedBytes", title: "Received", format: formatBytes },
  { measure: "networkSentBytes", title: "Sent", format: formatBytes },
  { measure: "gpus", title: "GPUs", format: formatCores },
  { measure: "gpuMemoryBytes", title: "GPU memory", format: formatBytes },
] as const;

interface MeasureProps {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly curves: readonly ResourceCurve[];
}

function Measure({ title, format, curves }: MeasureProps) {
  const lines = useMemo(
    () => curves.map(({ replica, points }, colour) => ({ label: replica, colour, points })),
    [curves],
  );
  if (lines.length === 0) return null;
  return (
    <LazyChart
      title={title}
      curves={lines}
      steps="time"
      format={format}
      isFromZero
      together="resources"
    />
  );
}
