import { expect, test } from "@jest/globals";

import { align, type Curve, inWords } from "../../src/web/metrics/curves.ts";
import { formatMetric } from "../../src/web/metrics/format-metric.ts";

test("curves with steps of their own share one axis; NaN is a gap, a step of others is none", () => {
  const curves: readonly Curve[] = [
    {
      label: "one",
      colour: 0,
      points: [
        [1, 10],
        [3, "NaN"],
        [4, 40],
      ],
    },
    {
      label: "other",
      colour: 1,
      points: [
        [2, 20],
        [3, 30],
      ],
    },
  ];

  expect(align(curves)).toEqual({
    steps: [1, 2, 3, 4],
    values: [
      [10, undefined, null, 40],
      [undefined, 20, 30, undefined],
    ],
  });
});

test("a curve is told in words", () => {
  const curve = (points: Curve["points"]) => inWords({ label: "loss", colour: 0, points }, String);

  expect(
    curve([
      [1, 3],
      [2, 1],
      [3, 2],
    ]),
  ).toBe("loss: 3 points from 1 to 3, the last 2");
  expect(curve([[1, "NaN"]])).toBe("loss: 1 points, the last NaN");
  expect(curve([])).toBe("loss: no points");
});

test.each([
  [0.123456789, "0.12346"],
  [1234.5678, "1234.6"],
  [42, "42"],
  [0.00001234567, "1.2346e-5"],
  [12_345_678_901, "1.2346e+10"],
  ["NaN", "NaN"],
] as const)("%p is shown as %s", (value, shown) => {
  expect(formatMetric(value)).toBe(shown);
});
