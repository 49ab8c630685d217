import { expect, test } from "@jest/globals";

import { closest } from "../../src/core/suggest.ts";

test.each([
  ["comand", "command"],
  ["Cpus", "cpus"],
  ["coutn", "count"],
  ["replicaCo", "replicaCount"],
  ["rl", "lr"],
])("%s is close to %s", (word, meant) => {
  expect(closest(word, ["command", "cpus", "count", "replicaCount", "lr"])).toBe(meant);
});

test("nothing is suggested for what is close to nothing", () => {
  expect(closest("zzz", ["command", "cpus"])).toBeUndefined();
  expect(closest("x", ["y"])).toBeUndefined();
  expect(closest("x".repeat(100_000), ["x".repeat(100_000)])).toBeUndefined();
});
