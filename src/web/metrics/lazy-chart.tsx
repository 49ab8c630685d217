import { lazy, Suspense } from "react";

import type { ChartProps } from "./chart.tsx";

const Chart = lazy(async () => ({ default: (await import("./chart.tsx")).Chart }));

/** A chart whose library comes with the first one; its place has its size before. */
export function LazyChart(props: ChartProps) {
  return (
    <Suspense fallback={<div className="h-[15rem] rounded border border-line" />}>
      <Chart {...props} />
    </Suspense>
  );
}
