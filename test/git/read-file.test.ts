import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { GitRepository } from "../../src/git/repository.ts";
import { project, temporaryFolder, WorkingCopy } from "./fixture.ts";

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: GitRepository;
let digits: ReturnType<typeof project>;
let commit: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  const folder = join(temporary.path, "repositories");
  repository = new GitRepository({ folder, environment: process.env, allowFileProtocol: true });
  const forge = await WorkingCopy.create(join(temporary.path, "forge"));
  digits = project({ repository: forge.url });
  commit = await forge.commit("first", {
    "manifest.yaml": "kind: AIchorManifest\n",
    "manifests/sub/deep.yaml": "deep",
    "manifests/[a]*.yaml": "globs are names",
    ":(glob)x.yaml": "magic is a name",
    empty: "",
    "linked.yaml": { link: "/etc/passwd" },
    linked: { link: "/etc" },
    inside: { link: "manifest.yaml" },
  });
  await repository.fetch(digits);
});

afterAll(() => temporary.remove());

const read = async (path: string, limit = 1000) => {
  const result = await repository.readFile(digits, commit, path, limit);
  return result.kind === "file" ? Buffer.from(result.bytes).toString() : result;
};

test("a file of a commit is read as it is", async () => {
  expect(await read("manifest.yaml")).toBe("kind: AIchorManifest\n");
  expect(await read("manifests/sub/deep.yaml")).toBe("deep");
  expect(await read("manifests/[a]*.yaml")).toBe("globs are names");
  expect(await read(":(glob)x.yaml")).toBe("magic is a name");
  expect(await read("empty")).toBe("");
});

test("a path that is not there, or leads out of the repository, is missing", async () => {
  for (const path of [
    "nothing.yaml",
    "manifests/*.yaml",
    "../../etc/passwd",
    "/etc/passwd",
    "%2e%2e/etc/passwd",
    "manifests/../manifest.yaml",
    "manifest.yaml/",
    "manifest.yaml\0.png",
    "linked/passwd",
    "",
    ".",
    "--help",
  ])
    expect(await read(path)).toEqual({ kind: "missing" });
});

test("a manifest that is a link, a folder or too large is refused without its content", async () => {
  expect(await read("linked.yaml")).toEqual({
    kind: "refused",
    reason: "linked.yaml is a symbolic link; it must be a regular file.",
  });
  expect(await read("inside")).toMatchObject({ kind: "refused" });
  expect(await read("manifests")).toEqual({
    kind: "refused",
    reason: "manifests is a folder; it must be a regular file.",
  });
  expect(await read("manifest.yaml", 5)).toEqual({
    kind: "refused",
    reason: "manifest.yaml has 21 bytes; at most 5 are read.",
  });
});

test("a commit or repository that is not there has no files", async () => {
  const other = await repository.readFile(digits, "a".repeat(40), "manifest.yaml", 1000);

  expect(other).toEqual({ kind: "missing" });
});
