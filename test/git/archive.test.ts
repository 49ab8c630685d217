import { createHash } from "node:crypto";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { ArchiveOptions } from "../../src/core/repository.ts";
import { GitRepository } from "../../src/git/repository.ts";
import { bytesOf, filesOf, project, readTar, temporaryFolder, WorkingCopy } from "./fixture.ts";

const plain = { depth: 1, includeDotGit: false, submodules: "false" } as const;
const withGit = { ...plain, includeDotGit: true } as const;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;
let repository: GitRepository;
let forge: WorkingCopy;
let digits: ReturnType<typeof project>;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = join(temporary.path, "repositories");
  repository = new GitRepository({ folder, environment: process.env, allowFileProtocol: true });
  forge = await WorkingCopy.create(join(temporary.path, "forge"));
  digits = project({ repository: forge.url });
});

afterEach(() => temporary.remove());

const tarOf = async (commit: string, options: ArchiveOptions = plain) =>
  bytesOf(repository.archive(digits, commit, options));
const archived = async (commit: string, options: ArchiveOptions = plain) =>
  filesOf(await tarOf(commit, options));

const pointer =
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

test("an archive has the files of the commit as a checkout has them", async () => {
  const longName = `${"folder/".repeat(30)}${"n".repeat(120)}.txt`;
  const commit = await forge.commit("first", {
    "a.txt": "a",
    empty: "",
    link: { link: "a.txt" },
    [longName]: "long",
    "big.bin": "x".repeat(300_000),
  });
  await repository.fetch(digits);

  const files = await archived(commit);

  expect(files).toMatchObject({ "a.txt": "a", empty: "", link: "-> a.txt", [longName]: "long" });
  expect(files["big.bin"]).toHaveLength(300_000);
});

test("export-ignore and export-subst change nothing", async () => {
  const commit = await forge.commit("first", {
    ".gitattributes": "tests export-ignore\nversion.txt export-subst\n",
    "tests/a.txt": "a",
    "version.txt": "$Format:%H$",
  });
  await repository.fetch(digits);

  expect(await archived(commit)).toMatchObject({
    "tests/a.txt": "a",
    "version.txt": "$Format:%H$",
  });
});

test("the same commit gives the same bytes, also from another mirror and with a .git folder", async () => {
  await forge.commit("first", { "a.txt": "a" });
  const commit = await forge.commit("second", { "b.txt": "b" });
  await repository.fetch(digits);
  const sum = async (options: ArchiveOptions) =>
    createHash("sha256")
      .update(await tarOf(commit, options))
      .digest("hex");

  const before = [await sum(plain), await sum(withGit)];
  await repository.remove(digits);
  await repository.fetch(digits);
  const after = [await sum(plain), await sum(withGit)];

  expect(after).toEqual(before);
  expect(before[0]).not.toBe(before[1]);
});

test("a file that is stored with Git LFS fails the archive with its name", async () => {
  const commit = await forge.commit("first", {
    "a.txt": "a",
    "data/model.bin": pointer,
    "data/other.bin": pointer,
  });
  await repository.fetch(digits);

  for (const options of [plain, withGit])
    await expect(archived(commit, options)).rejects.toMatchObject({
      name: "SourceUnavailableError",
      message: expect.stringMatching(/^data\/model\.bin and 1 more .* Git LFS/),
    });
});

test("a commit that is not there is told in a sentence", async () => {
  await repository.fetch(digits);

  await expect(archived("a".repeat(40))).rejects.toMatchObject({
    name: "SourceUnavailableError",
    message: expect.stringMatching(/^There is no commit aaaaaaa/),
  });
});

test("a tree that would write into .git or above itself is refused", async () => {
  await forge.commit("first", { "a.txt": "a" });
  const blob = await forge.git("rev-parse", "HEAD:a.txt");
  const inner = await makeTree(`100644 hooks\0`, blob);
  for (const name of [".git", ".."]) {
    const tree = await makeTree(`40000 ${name}\0`, inner);
    const commit = await forge.git("commit-tree", tree, "-m", "hostile");
    await forge.git("update-ref", "refs/heads/hostile", commit);
    await repository.fetch(digits);

    for (const options of [plain, withGit])
      await expect(archived(commit, options)).rejects.toMatchObject({
        name: "SourceUnavailableError",
        message: expect.stringContaining("refuses to check out"),
      });
  }

  async function makeTree(entry: string, object: string): Promise<string> {
    const path = join(temporary.path, "tree");
    await writeFile(path, Buffer.concat([Buffer.from(entry), Buffer.from(object, "hex")]));
    return forge.git("hash-object", "-w", "-t", "tree", "--literally", path);
  }
});

test("who stops reading an archive stops it", async () => {
  const commit = await forge.commit("first", { "big.bin": "x".repeat(3_000_000) });
  await repository.fetch(digits);

  for await (const chunk of repository.archive(digits, commit, withGit)) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }

  expect(await readdir(folder)).toEqual(["digits.git"]);
});

test("what a killed server left of an archive is removed by a later one", async () => {
  const commit = await forge.commit("first");
  await repository.fetch(digits);
  const left = join(folder, ".history-left");
  await mkdir(left);
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
  await utimes(left, twoDaysAgo, twoDaysAgo);

  await tarOf(commit, withGit);

  expect(await readdir(folder)).toEqual(["digits.git"]);
});

test("an archive with .git is a clean shallow clone of the asked depth", async () => {
  for (const message of ["one", "two", "three"])
    await forge.commit(message, { [message]: message });
  const commit = await forge.git("rev-parse", "HEAD");
  await repository.fetch(digits);

  const clone = await unpack(await tarOf(commit, { ...withGit, depth: 2 }));

  expect(await clone.git("log", "--format=%s")).toBe("three\ntwo");
  expect(await clone.git("rev-parse", "--is-shallow-repository")).toBe("true");
  expect(await clone.git("rev-parse", "HEAD")).toBe(commit);
  expect(await clone.git("status", "--porcelain")).toBe("");
  expect(await clone.git("remote", "get-url", "origin")).toBe(forge.url);
  expect(await readdir(folder)).toEqual(["digits.git"]);
});

test("submodules are empty folders unless asked for, then they have their files", async () => {
  const inner = await WorkingCopy.create(join(temporary.path, "inner"));
  await inner.commit("inner", { "inner.txt": "i" });
  const library = await WorkingCopy.create(join(temporary.path, "library"));
  await addSubmodule(library, inner.url, "inner");
  await library.commit("library", { "library.txt": "l" });
  await addSubmodule(forge, library.url, "libs/library");
  const relative = "../../library/.git";
  await forge.git("config", "--file", ".gitmodules", "submodule.libs/library.url", relative);
  const commit = await forge.commit("uses it");
  await repository.fetch(digits);

  const without = await archived(commit);
  const flat = await unpack(await tarOf(commit, { ...withGit, submodules: "true" }));
  const deep = await archived(commit, { ...withGit, submodules: "recursive" });

  expect(Object.keys(without)).toEqual([".gitmodules", "libs/", "libs/library/"]);
  expect(await flat.git("status", "--porcelain")).toBe("");
  expect(await readdir(join(flat.folder, "libs/library"))).toEqual(
    expect.arrayContaining([".git", "library.txt"]),
  );
  expect(await readdir(join(flat.folder, "libs/library/inner"))).toEqual([]);
  expect(deep).toMatchObject({ "libs/library/inner/inner.txt": "i" });
});

test("a submodule that cannot be had is named in a sentence", async () => {
  const library = await WorkingCopy.create(join(temporary.path, "library"));
  await library.commit("library", { "library.txt": "l" });
  await addSubmodule(forge, library.url, "libs/library");
  await forge.commit("uses it");
  const options = { ...withGit, submodules: "true" } as const;
  const told = async (url: string) => {
    await forge.git("config", "--file", ".gitmodules", "submodule.libs/library.url", url);
    const commit = await forge.commit(`now ${url}`);
    await repository.fetch(digits);
    return archived(commit, options).catch((error: Error) => `${error.name}: ${error.message}`);
  };

  for (const url of [
    `${library.url}/missing`,
    "ext::sh -c touch% canary",
    "-u./payload",
    "https://169.254.169.254/latest",
    "https://ada:secret@example.org/library.git",
  ]) {
    const message = await told(url);
    expect(message).toMatch(/^SourceUnavailableError: The submodule libs\/library /);
    expect(message).not.toContain("secret");
  }
});

async function addSubmodule(copy: WorkingCopy, url: string, path: string): Promise<void> {
  await copy.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, path);
}

/** A folder with the archive's files. */
async function unpack(tar: Buffer): Promise<WorkingCopy> {
  const target = join(temporary.path, "unpacked");
  await readTar(tar, async (name, content) => {
    const path = join(target, name);
    await mkdir(dirname(path), { recursive: true });
    if (content === undefined) await mkdir(path, { recursive: true });
    else await writeFile(path, content);
  });
  return new WorkingCopy(target);
}
