import { resolve } from "node:path";

import { afterAll, expect, jest, test } from "@jest/globals";

import { inParallel } from "../support/in-parallel.ts";
import { type KillCase, KILL_POINTS, RARELY_MET, SOME_KILLS } from "../support/kill-points.ts";
import { type KillRow, writeKillTable } from "../support/kill-table.ts";
import { FAULTS, pointsOfPush, tryFault, WHOLE } from "../support/kill-trial.ts";

/** `npm run kills` tries every point with every fault, and writes docs/kills.md. */
const isWhole = process.env["ASSAY_KILLS"] === "all";
const AT_ONCE = isWhole ? 5 : 3;

const cases: readonly KillCase[] = isWhole
  ? FAULTS.flatMap((fault) => KILL_POINTS.map((point) => ({ point, fault })))
  : SOME_KILLS;
const trials = inParallel(AT_ONCE, cases, ({ point, fault }) => tryFault(point, fault));
const rows: KillRow[] = [];
jest.setTimeout(180_000);

afterAll(async () => {
  if (isWhole) await writeKillTable(resolve(import.meta.dirname, "../../docs/kills.md"), rows);
});

test("every point that an experiment meets is tried", async () => {
  const { points, ending } = await pointsOfPush();

  expect(ending).toEqual(WHOLE);
  const known = [...KILL_POINTS, ...RARELY_MET];
  expect(points.filter((point) => !known.includes(point))).toEqual([]);
  expect(KILL_POINTS.filter((point) => !points.includes(point))).toEqual([]);
});

test.each(cases)(
  "an experiment whose server meets a $fault $point ends well, once",
  async (tried) => {
    const trial = await trials.get(tried)?.catch((error: Error) => error.message);
    if (trial !== undefined) rows.push({ ...tried, trial });

    expect(trial).toMatchObject({ ending: WHOLE });
  },
  1_200_000,
);
