import { expect, test } from "@jest/globals";

import { matchesGlob } from "../../src/core/branch-globs.ts";
import type { Commit } from "../../src/core/repository.ts";
import { refFault, selectTriggers } from "../../src/core/select-triggers.ts";

const commit = (number: number, message: string): Commit => ({
  id: String(number).padStart(40, "0"),
  message,
  author: { name: "Ada", email: "ada@example.org" },
  committedAt: "2026-01-01T00:00:00.000Z",
});
const strict = { trigger: "strict", commits: "all" } as const;

test("every tagged commit starts its experiments, oldest first", () => {
  const { triggers, reasons } = selectTriggers(
    [commit(1, "exp: one"), commit(2, "tidy up"), commit(3, "exp[a,b.yaml]: three")],
    strict,
  );

  expect(triggers.map(({ commit: { message }, selector }) => [message, selector])).toEqual([
    ["exp: one", undefined],
    ["exp[a,b.yaml]: three", "a"],
    ["exp[a,b.yaml]: three", "b.yaml"],
  ]);
  expect(reasons).toEqual([]);
});

test("a project that looks at heads only sees the last commit", () => {
  const commits = [commit(1, "exp: one"), commit(2, "tidy up")];

  expect(selectTriggers(commits, { trigger: "strict", commits: "head" }).triggers).toEqual([]);
});

test("what nearly was a trigger, what was skipped and what was refused is told with its commit", () => {
  const { triggers, reasons } = selectTriggers(
    [commit(1, "EXP lower"), commit(2, "exp: x [skip ci]"), commit(3, "exp[../a]: x")],
    strict,
  );

  expect(triggers).toEqual([]);
  expect(reasons).toHaveLength(3);
  expect(reasons[0]).toMatch(/^0000000: .*did you mean exp: lower/);
});

test("of more than twenty the newest are started, and the others are named", () => {
  const { triggers, reasons } = selectTriggers(
    Array.from({ length: 22 }, (_, index) => commit(index, `exp: ${index}`)),
    strict,
  );

  expect(triggers.map((trigger) => trigger.commit.message)).toEqual(
    Array.from({ length: 20 }, (_, index) => `exp: ${index + 2}`),
  );
  expect(reasons.join()).toMatch(/at most 20 experiments; not started: 0000000/);
});

test("a project listens to its branches, and to tags where it asks for them", () => {
  expect(refFault("refs/heads/main", { branches: [], tags: false })).toBeUndefined();
  expect(
    refFault("refs/heads/try/it", { branches: ["main", "try/*"], tags: false }),
  ).toBeUndefined();
  expect(refFault("refs/heads/other", { branches: ["main"], tags: false })).toMatch(/matches none/);
  expect(refFault("refs/tags/v1", { branches: ["main"], tags: false })).toMatch(
    /tags start nothing/,
  );
  expect(refFault("refs/tags/v1", { branches: ["main"], tags: true })).toBeUndefined();
  expect(refFault("refs/notes/x", { branches: [], tags: true })).toMatch(/neither/);
});

test("a star stays within a part of the name, two stars do not", () => {
  expect(matchesGlob("a/b", "a/*")).toBe(true);
  expect(matchesGlob("a/b/c", "a/*")).toBe(false);
  expect(matchesGlob("a/b/c", "a/**")).toBe(true);
  expect(matchesGlob("axb", "a.b")).toBe(false);
});
