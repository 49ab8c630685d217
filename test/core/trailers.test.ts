import { spawnSync } from "node:child_process";

import { expect, test } from "@jest/globals";

import { readTrailers } from "../../src/core/trailers.ts";
import { seededRandom } from "./seeded-random.ts";

const ours = (message: string) =>
  readTrailers(message.split("\n")).trailers.map(({ token, value }) => `${token}: ${value}`.trim());

/** What git itself says; empty values keep their space there. */
function gits(message: string): readonly string[] {
  const { stdout } = spawnSync("git", ["interpret-trailers", "--parse", "--no-divider"], {
    input: message,
    encoding: "utf8",
  });
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

test.each([
  "t\n\nbody\n\nA-B: 1\nC: 2\n",
  "t\n\nA: 1\nprose\n",
  "t\n\nprose\nprose\nSigned-off-by: a <b@c>\nA: 1\n",
  "t\n\nprose\nprose\nprose\nprose\nprose\nSigned-off-by: a <b@c>\n",
  "t\nA: 1\n",
  "A: 1\n",
  "t\n\nA: 1\n  folded\n\tmore\nB : 2\n\n\n",
  "t\n\nA: 1\n\nB: 2\n",
  "t\n\nhttps://example.org/x: 1\n",
  "t\n\n(cherry picked from commit 1234)\nA: 1\n",
])("%j has the trailers that git sees", (message) => {
  expect(ours(message)).toEqual(gits(message));
});

test("random messages have the trailers that git sees (seed 2)", () => {
  const random = seededRandom(2);
  const lines = [
    "A: 1",
    "B-c: two words",
    "Signed-off-by: a <b@c>",
    "prose without",
    "",
    "  folded",
    "\ttab",
    "A:",
    "x y: 1",
    "(cherry picked from commit 12)",
    "-: a",
    ": b",
  ] as const;
  for (let round = 0; round < 150; round += 1) {
    let message = "title\n";
    for (let count = random.below(9); count > 0; count -= 1) message += `${random.pick(lines)}\n`;
    expect({ message, trailers: ours(message) }).toEqual({ message, trailers: gits(message) });
  }
});
