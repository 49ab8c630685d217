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

const none = "0".repeat(40);
const changed = async (from: string, to: string, limit = 10) => {
  await repository.fetch(digits);
  return repository.changedFiles(digits, { from, to }, limit);
};

test("what differs between two commits is told file by file, with its lines", async () => {
  const from = await forge.commit("before", {
    "src/train.py": "one\ntwo\n",
    "old name.txt": "same\n",
    "weights.bin": "\0\u0001",
  });
  await forge.git("mv", "old name.txt", "new\tname.txt");
  const to = await forge.commit("after", { "src/train.py": "one\n2\n3\n", "weights.bin": "\0" });

  expect(await changed(from, to)).toEqual([
    { path: "new\tname.txt", change: "added", linesAdded: 1, linesDeleted: 0 },
    { path: "old name.txt", change: "deleted", linesAdded: 0, linesDeleted: 1 },
    { path: "src/train.py", change: "modified", linesAdded: 2, linesDeleted: 1 },
    { path: "weights.bin", change: "modified", linesAdded: undefined, linesDeleted: undefined },
  ]);
  expect(await changed(from, from)).toEqual([]);
  expect(await changed(from, to, 2)).toHaveLength(2);
});

test("commits that the repository does not have, or that are none, have no files", async () => {
  const from = await forge.commit("only");

  expect(await changed(from, none)).toBeUndefined();
  expect(await changed("--output=/tmp/x", from)).toBeUndefined();
});
