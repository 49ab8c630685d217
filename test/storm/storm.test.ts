import { expect, test } from "@jest/globals";

import { storm, type StormOptions } from "./storm.ts";

const SHORT: StormOptions = {
  seed: 7,
  seconds: 25,
  experiments: 200,
  servers: 3,
  faults: "all",
  everyMilliseconds: 250,
  calmSeconds: 120,
};

/** A machine that is busy otherwise is given its time: what is asked is that all ends well, not when. */
const PATIENCE_MILLISECONDS = 240_000;

test(
  "whatever servers and calls die of, every experiment comes to its one right end",
  async () => {
    const report = await storm(SHORT);

    expect(report.violations).toEqual([]);
    expect(report.experiments).toBeGreaterThan(0);
    expect(report.deaths).toBeGreaterThan(0);
  },
  PATIENCE_MILLISECONDS,
);

test(
  "servers to which nothing happens leave nothing to the safety net",
  async () => {
    const report = await storm({ ...SHORT, experiments: 40, faults: "none" });

    expect(report.violations).toEqual([]);
    expect(report.givenUp).toEqual([]);
    expect(report.safetyNet).toEqual({});
  },
  PATIENCE_MILLISECONDS,
);
