import { expect, test } from "@jest/globals";

import { parseDuration } from "../../src/core/duration.ts";

test.each([
  ["90s", 90],
  ["2m", 120],
  ["1h30m", 5400],
  ["1h 30m", 5400],
  ["1d", 86_400],
  ["45", 45],
  [45, 45],
])("%j is %d seconds", (written, seconds) => {
  expect(parseDuration(written)).toBe(seconds);
});

test.each([
  "",
  " ",
  "s",
  "1w",
  "1m1h",
  "-1s",
  "1.5h",
  "0",
  "0s",
  "9999d",
  "1e9",
  -1,
  0,
  1.5,
  NaN,
  Infinity,
])("%j is no duration", (written) => {
  expect(parseDuration(written)).toBeUndefined();
});
