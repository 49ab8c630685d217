import { afterEach, expect, test } from "@jest/globals";

import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
afterEach(() => platform.stop());

test("a scheduler that cannot decide says so once, and once when it can again", async () => {
  const { log, told } = recordingLog();
  let isBroken = true;
  const closedBecause = async (): Promise<undefined> => {
    if (isBroken) throw new Error("the disk cannot be looked at");
  };
  platform = await startPlatform({}, { log, closedBecause });

  await waitFor("several tries", () => told("debug", /scheduler/).length > 1);
  isBroken = false;
  await waitFor("a decision", () => told("info", /scheduler decides again/).length > 0);

  expect(told("warn", /scheduler/)).toHaveLength(1);
  expect(told("info", /scheduler/)).toHaveLength(1);
});
