import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { GitRepository } from "../../src/git/repository.ts";
import { project, temporaryFolder, WorkingCopy } from "./fixture.ts";

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: GitRepository;
let forge: WorkingCopy;
let digits: ReturnType<typeof project>;

beforeEach(async () => {
  temporary = await temporaryFolder();
  const folder = join(temporary.path, "repositories");
  repository = new GitRepository({ folder, environment: process.env, allowFileProtocol: true });
  forge = await WorkingCopy.create(join(temporary.path, "forge"));
  digits = project({ repository: forge.url });
});

afterEach(() => temporary.remove());

const newOnes = async (after: string, seen: readonly string[], limit = 20) => {
  await repository.fetch(digits);
  const commits = await repository.newCommits(digits, after, seen, limit);
  return commits.map(({ message }) => message.trim());
};

test("the commits of a push are those that no seen ref leads to, oldest first", async () => {
  const base = await forge.commit("base");
  await forge.commit("one");
  const after = await forge.commit("two");

  expect(await newOnes(after, [base])).toEqual(["one", "two"]);
  expect(await newOnes(after, [base, after])).toEqual([]);
});

test("of many, the newest are given", async () => {
  const base = await forge.commit("base");
  for (let number = 1; number < 30; number += 1) await forge.commit(`${number}`);
  const after = await forge.commit("30");

  expect(await newOnes(after, [base], 3)).toEqual(["28", "29", "30"]);
  expect(await newOnes(after, [base], 0)).toEqual([]);
});

test("a merge brings the commits of the merged branch, unless they were seen there", async () => {
  const base = await forge.commit("base");
  await forge.git("checkout", "--quiet", "-b", "topic");
  const topic = await forge.commit("topic");
  await forge.git("checkout", "--quiet", "main");
  const before = await forge.commit("on main");
  await forge.git("merge", "--quiet", "--no-ff", "--message", "merge", "topic");
  const after = await forge.git("rev-parse", "HEAD");

  expect(await newOnes(after, [base, before])).toEqual(["topic", "merge"]);
  expect(await newOnes(after, [topic, before])).toEqual(["merge"]);
});

test("after a forced push only the commits that take the place of others are new", async () => {
  const base = await forge.commit("base");
  const replaced = await forge.commit("replaced");
  await repository.fetch(digits);
  await forge.git("reset", "--quiet", "--hard", base);
  const after = await forge.commit("instead");

  expect(await newOnes(after, [base, replaced])).toEqual(["instead"]);
  expect(await repository.isReachable(digits, after)).toBe(true);
  expect(await repository.isReachable(digits, replaced)).toBe(false);
});

test("a new branch at a commit that was seen has nothing new", async () => {
  const base = await forge.commit("base");
  await forge.git("branch", "other");

  expect(await newOnes(base, [base])).toEqual([]);
});

test("seen commits that the repository does not know are left out", async () => {
  const base = await forge.commit("base");
  const after = await forge.commit("one");
  const unknown = Array.from({ length: 3000 }, (_, index) => index.toString(16).padStart(40, "0"));

  expect(await newOnes(after, [...unknown, base, "no id"])).toEqual(["one"]);
});

test("an unknown commit has no new ones, whatever HEAD is", async () => {
  await forge.commit("base");

  expect(await newOnes("a".repeat(40), [])).toEqual([]);
});
