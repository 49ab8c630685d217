import { expect, test } from "@jest/globals";

import { thinPoints } from "../../src/core/thin-points.ts";
import { seededRandom } from "./seeded-random.ts";

test("a curve that is short enough stays as it is", () => {
  const points = [1, 2, 3].map((step) => ({ step, value: step }));

  expect(thinPoints(points, 3)).toBe(points);
});

test("a thinned curve keeps its ends, its order and every peak", () => {
  const { below } = seededRandom(7);
  const points = Array.from({ length: 100_000 }, (_, step) => ({ step, value: below(1_000) }));
  for (const at of [17, 5_000, 99_998]) points[at] = { step: at, value: at % 2 === 0 ? 1e6 : -1e6 };

  const thinned = thinPoints(points, 500);

  expect(thinned.length).toBeLessThanOrEqual(500);
  expect(thinned[0]).toBe(points[0]);
  expect(thinned.at(-1)).toBe(points.at(-1));
  for (const at of [17, 5_000, 99_998]) expect(thinned).toContain(points[at]);
  expect(thinned.map(({ step }) => step)).toEqual(
    thinned.map(({ step }) => step).toSorted((one, other) => one - other),
  );
});

test("a NaN in between is no peak, and is not lost either", () => {
  const points = Array.from({ length: 1_000 }, (_, step) => ({
    step,
    value: step === 500 ? Number.NaN : step === 501 ? 9 : 1,
  }));

  const values = thinPoints(points, 40).map(({ value }) => value);

  expect(values).toContain(9);
  expect(values).toContainEqual(Number.NaN);
});

test("steps that lie far apart are no trouble", () => {
  const points = [0, 1e-9, 2e-9, 3e-9, 1, 2 ** 53].map((step) => ({ step, value: -step }));

  expect(thinPoints(points, 4).at(-1)).toBe(points.at(-1));
});
