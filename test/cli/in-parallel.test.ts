import { expect, test } from "@jest/globals";

import { inParallel } from "../../src/cli/in-parallel.ts";

test("no more are under way than were allowed, and each is done once", async () => {
  const done: number[] = [];
  let [underWay, most] = [0, 0];

  await inParallel(
    Array.from({ length: 20 }, (_, index) => index),
    3,
    async (one) => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      done.push(one);
    },
  );

  expect(most).toBe(3);
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test("a failure while nobody waits for it is not lost, and nothing is begun after it", async () => {
  const begun: string[] = [];
  async function* slowly(): AsyncGenerator<string> {
    yield "wrong";
    await new Promise((resolve) => setImmediate(resolve));
    yield "next";
    yield "never";
  }

  const work = inParallel(slowly(), 4, async (one) => {
    begun.push(one);
    if (one === "wrong") throw new Error("it failed");
  });

  await expect(work).rejects.toThrow("it failed");
  expect(begun).not.toContain("never");
});
