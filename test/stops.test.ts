import { expect, test } from "@jest/globals";

import { Stops } from "../src/stops.ts";

test("what was started last stops first, also when a part cannot be stopped, and all is told", async () => {
  const stopped: string[] = [];
  const stops = new Stops();
  stops.add(async () => void stopped.push("database"));
  stops.add(() => Promise.reject(new Error("the engine is away")));
  stops.add(async () => void stopped.push("workers"));
  stops.add(() => Promise.reject(new Error("a request goes on")));

  await expect(stops.run()).rejects.toThrow(
    "Not everything stopped in order: a request goes on; the engine is away",
  );

  expect(stopped).toEqual(["workers", "database"]);
});

test("nothing is stopped twice", async () => {
  let stopped = 0;
  const stops = new Stops();
  stops.add(async () => void (stopped += 1));

  await stops.run();
  await stops.run();

  expect(stopped).toBe(1);
});
