import { expect, test } from "@jest/globals";

import { diffLines } from "../../src/web/compare/line-diff.ts";
import { seededRandom } from "../core/seeded-random.ts";

const SIGNS = { same: " ", removed: "-", added: "+" } as const;
const shown = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${SIGNS[kind]}${text}`)
    .join("|");

test.each([
  ["a\nb\nc", "a\nb\nc", " a| b| c"],
  ["a\nb\nc", "a\nx\nc", " a|-b|+x| c"],
  ["a\nb", "a\nb\nc", " a| b|+c"],
  ["a\nb\nc", "b\nc", "-a| b| c"],
  ["a\nb\nc\nd", "c\na\nb\nd", "+c| a| b|-c| d"],
  ["", "a", "-|+a"],
])("what is removed and added is as little as can be", (before, after, lines) => {
  expect(shown(before, after)).toBe(lines);
});

test("both texts can be read off what is told of them, however they differ", () => {
  const { below } = seededRandom(11);
  const text = (): string => Array.from({ length: below(40) }, () => `line ${below(6)}`).join("\n");

  for (let round = 0; round < 200; round += 1) {
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    const without = (kind: string): string =>
      lines
        .filter((line) => line.kind !== kind)
        .map((line) => line.text)
        .join("\n");
    expect([without("added"), without("removed")]).toEqual([before, after]);
  }
});

test("two long texts that have nothing in common are told without a table of all their pairs", () => {
  const lines = (mark: string): string =>
    Array.from({ length: 5000 }, (_, index) => `${mark}${index}`).join("\n");

  expect(diffLines(lines("a"), lines("b"))).toHaveLength(10_000);
});
