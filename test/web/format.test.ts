import { expect, test } from "@jest/globals";

import { parseDuration } from "../../src/core/duration.ts";
import { writtenDuration } from "../../src/web/format.ts";

test.each([
  [604_800, "7d"],
  [5400, "1h30m"],
  [90, "1m30s"],
  [86_401, "1d1s"],
])("%d seconds are written %s, and read again as they were", (seconds, written) => {
  expect(writtenDuration(seconds)).toBe(written);
  expect(parseDuration(written)).toBe(seconds);
});
