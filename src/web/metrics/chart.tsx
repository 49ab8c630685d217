import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";

import { colourOf, HEIGHT, optionsOf } from "./chart-options.ts";
import { align, type Curve, inWords } from "./curves.ts";

export interface ChartProps {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Of the steps: numbers as they are, or times in ms. */
  readonly steps: "number" | "time";
  readonly format: (value: number) => string;
  readonly isLogarithmic?: boolean;
  /** Of amounts: how high they are is what one looks for. */
  readonly isFromZero?: boolean;
  /** Charts of one name show the same place under the pointer. */
  readonly together: string;
}

/** Curves over one axis; drag to look closer, double-click for all of it. Loaded when the first one is shown. */
export function Chart({
  title,
  curves,
  steps,
  format,
  isLogarithmic = false,
  isFromZero = false,
  together,
}: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [pointed, setPointed] = useState<number>();
  const aligned = useMemo(() => align(curves), [curves]);
  const shape = JSON.stringify(curves.map(({ label, colour }) => [label, colour]));
  const scale = steps === "time" ? 1000 : 1;
  const data = useMemo(
    (): uPlot.AlignedData => [
      aligned.steps.map((step) => step / scale),
      ...aligned.values.map((values) => [...values]),
    ],
    [aligned, scale],
  );

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new uPlot(
      optionsOf({
        element,
        shape: JSON.parse(shape),
        steps,
        isLogarithmic,
        isFromZero,
        together,
        format,
        setPointed,
      }),
      data,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = (): void => made.redraw();
    dark.addEventListener("change", repaint);
    return () => {
      dark.removeEventListener("change", repaint);
      resized.disconnect();
      made.destroy();
    };
    // New points are given to the chart that is there.
    // oxlint-disable-next-line react/exhaustive-deps -- data and format: see above and below
  }, [shape, steps, isLogarithmic, isFromZero, together]);
  // What one has looked closer at stays as it is while points come.
  useEffect(() => plot.current?.setData(data, !isZoomed(plot.current)), [data]);

  const shownAt = pointed ?? aligned.steps.length - 1;
  return (
    <figure className="min-w-0 rounded border border-line p-2">
      <figcaption className="mb-1 flex flex-wrap items-baseline gap-x-3">
        <span className="code min-w-0 font-semibold break-all">{title}</span>
        {curves.map(({ label, colour, points }, index) => {
          const value =
            pointed === undefined ? points.at(-1)?.[1] : aligned.values[index]?.[shownAt];
          return (
            <span key={label} className="whitespace-nowrap text-quiet">
              <span aria-hidden="true" style={{ color: colourOf(colour) }}>
                ━
              </span>{" "}
              {label !== title && `${label} `}
              <span className="code text-ink">{textOf(value, format)}</span>
            </span>
          );
        })}
      </figcaption>
      <div
        ref={box}
        role="img"
        aria-label={`${title}. ${curves.map((curve) => inWords(curve, format)).join(". ")}.`}
        style={{ height: HEIGHT }}
      />
    </figure>
  );
}

const textOf = (value: number | string | null | undefined, format: (value: number) => string) =>
  typeof value === "number" ? format(value) : (value ?? "");

const isZoomed = ({ scales, data: [steps] }: uPlot): boolean =>
  (scales["x"]?.min ?? -Infinity) > (steps[0] ?? -Infinity) ||
  (scales["x"]?.max ?? Infinity) < (steps.at(-1) ?? Infinity);
