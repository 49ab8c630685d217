import type uPlot from "uplot";

const COLOURS = 10;
export const colourOf = (place: number): string => `var(--curve-${place % COLOURS})`;

/** As the page's scheme has it when it is drawn. */
const painted = (name: string) => (): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name);

/** What a chart is made of, but its points. */
export interface Shape {
  readonly element: HTMLElement;
  readonly shape: readonly (readonly [label: string, colour: number])[];
  readonly steps: "number" | "time";
  readonly isLogarithmic: boolean;
  readonly isFromZero: boolean;
  readonly together: string;
  readonly format: (value: number) => string;
  readonly setPointed: (index: number | undefined) => void;
}

export const HEIGHT = 180;

export function optionsOf({
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
