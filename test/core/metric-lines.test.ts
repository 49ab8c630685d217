import { expect, test } from "@jest/globals";

import { metricsOf, readMetricLines } from "../../src/core/metric-lines.ts";

const read = (...lines: readonly string[]) => readMetricLines(lines, (index) => index + 1);
const seriesOf = (...lines: readonly string[]) => Object.fromEntries(read(...lines).series);

test("each number of a line but its step is a point of a metric", () => {
  const series = seriesOf('{"step":10,"loss":0.5,"accuracy":0.9}', '{"step":20,"loss":0.25}');

  expect(series).toEqual({
    loss: [
      { step: 10, value: 0.5 },
      { step: 20, value: 0.25 },
    ],
    accuracy: [{ step: 10, value: 0.9 }],
  });
});

test("NaN and the infinities are values, as strings and as Python writes them", () => {
  const series = seriesOf(
    '{"step":1,"loss":"NaN","a":"Infinity","b":"-Infinity"}',
    '{"step":2, "loss": NaN, "a": Infinity, "b": -Infinity, "note": "NaN, \\"Infinity"}',
  );

  expect(series["loss"]?.map(({ value }) => value)).toEqual([NaN, NaN]);
  expect(series["a"]?.map(({ value }) => value)).toEqual([Infinity, Infinity]);
  expect(series["b"]?.map(({ value }) => value)).toEqual([-Infinity, -Infinity]);
  expect(series).not.toHaveProperty("note");
});

test("a line without a step is at its own place", () => {
  expect(seriesOf('{"loss":3}', '{"loss":2}')["loss"]).toEqual([
    { step: 1, value: 3 },
    { step: 2, value: 2 },
  ]);
});

test("of a step that comes twice the later value counts, and points are by step", () => {
  expect(seriesOf('{"step":2,"x":1}', '{"step":1,"x":5}', '{"step":2,"x":3}')["x"]).toEqual([
    { step: 1, value: 5 },
    { step: 2, value: 3 },
  ]);
});

test.each([
  "",
  "torn {",
  '{"step":1,"lo',
  "null",
  "7",
  '"text"',
  "[1,2]",
  '{"step":1}',
  '{"step":"first","loss":1}',
  '{"step":1e300,"loss":1}',
  '{"step":1,"nested":{"loss":1},"flag":true,"name":"x"}',
  `{"step":1,"${"n".repeat(201)}":1}`,
  '{"step":1,"a\\nb":1}',
])("a line that says nothing is counted, and harms nothing: %s", (line) => {
  const { series, skipped } = read(line, '{"step":1,"loss":1}');

  expect(skipped).toBe(1);
  expect([...series]).toEqual([["loss", [{ step: 1, value: 1 }]]]);
});

test("a metric may be called __proto__", () => {
  expect([...read('{"step":1,"__proto__":2}').series]).toEqual([
    ["__proto__", [{ step: 1, value: 2 }]],
  ]);
});

test("what has no place of its own must name its step", () => {
  expect(metricsOf([{ loss: 1 }, { step: 0, loss: 2 }], () => Number.NaN)).toMatchObject({
    skipped: 1,
  });
});
