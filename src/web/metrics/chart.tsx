import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";

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

const HEIGHT = 180;

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

const COLOURS = 10;
const colourOf = (place: number): string => `var(--curve-${place % COLOURS})`;

/** As the page's scheme has it when it is drawn. */
const painted = (name: string) => (): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name);

interface Shape {
  readonly element: HTMLElement;
  readonly shape: readonly (readonly [label: string, colour: number])[];
  readonly steps: ChartProps["steps"];
  readonly isLogarithmic: boolean;
  readonly isFromZero: boolean;
  readonly together: string;
  readonly format: ChartProps["format"];
  readonly setPointed: (index: number | undefined) => void;
}

function optionsOf({
  element,
  shape,
  steps,
  isLogarithmic,
  isFromZero,
  together,
  format,
  setPointed,
}: Shape): uPlot.Options {
  const axis = {
    stroke: painted("--quiet"),
    grid: { stroke: painted("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: {
      x: { time: steps === "time" },
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the library has the enum in its types alone
      y: { distr: isLogarithmic ? 3 : 1, ...(isFromZero && { range: fromZero }) },
    },
    cursor: { sync: { key: together }, y: false, points: { size: 6 } },
    axes: [
      { ...axis, size: 28, font: FONT, ...(steps === "time" && { values: timesOf }) },
      {
        ...axis,
        size: 64,
        font: FONT,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : format(tick))),
      },
    ],
    series: [
      {},
      ...shape.map(([label, colour]) => ({
        label,
        stroke: painted(`--curve-${colour % COLOURS}`),
        width: 1.5,
      })),
    ],
    hooks: {
      setCursor: [({ cursor: { idx } }) => setPointed(idx ?? undefined)],
    },
  };
}

const fromZero = (_: uPlot, _least: number | null, greatest: number | null): uPlot.Range.MinMax => [
  0,
  (greatest ?? 0) * 1.05 || 1,
];

/** Times of a day, or days where there are several; ticks are in seconds. */
function timesOf(_: uPlot, ticks: readonly number[]): string[] {
  const isDays = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > DAY_SECONDS;
  const words = new Intl.DateTimeFormat(undefined, isDays ? DAY : TIME);
  return ticks.map((tick) => words.format(tick * 1000));
}

const DAY_SECONDS = 86_400;
const DAY = { month: "short", day: "numeric", hour: "2-digit", hourCycle: "h23" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;

const FONT = "11px ui-monospace, monospace";
