import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { GitRepository } from "../../src/git/repository.ts";
import { bytesOf, filesOf, project, temporaryFolder, WorkingCopy } from "./fixture.ts";

const plain = { depth: 1, includeDotGit: false, submodules: "false" } as const;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: GitRepository;
let forge: WorkingCopy;
let digits: ReturnType<typeof project>;

beforeEach(async () => {
  temporary = await temporaryFolder();
  const folder = join(temporary.path, "repositories");
  repository = new GitRepository({
    folder,
    environment: process.env,
    allowFileProtocol: true,
  });
  forge = await WorkingCopy.create(join(temporary.path, "forge"));
  digits = project({ repository: forge.url });
});

afterEach(() => temporary.remove());

const archived = async (commit: string) =>
  filesOf(await bytesOf(repository.archive(digits, commit, plain)));

test("a mirror has the branches and tags of the forge, also after they moved or went", async () => {
  const first = await forge.commit("first");
  await forge.git("tag", "light");
  await forge.git("tag", "--annotate", "--message", "heavy", "heavy");
  await forge.git("branch", "gone");
  await repository.fetch(digits);
  const before = await repository.refs(digits);

  await forge.git("branch", "--delete", "gone");
  await forge.git("tag", "--delete", "light");
  const second = await forge.commit("second");
  await repository.fetch(digits);

  expect(before).toEqual([
    { name: "refs/heads/gone", commit: first },
    { name: "refs/heads/main", commit: first },
    { name: "refs/tags/heavy", commit: first },
    { name: "refs/tags/light", commit: first },
  ]);
  expect(await repository.refs(digits)).toEqual([
    { name: "refs/heads/main", commit: second },
    { name: "refs/tags/heavy", commit: first },
  ]);
  expect(await repository.branchHead(digits, "main")).toBe(second);
  expect(await repository.branchHead(digits, "gone")).toBeUndefined();
  expect(await repository.branchHead(digits, "main^{/first}")).toBeUndefined();
});

test("a repository without a commit is fetched and is empty", async () => {
  await repository.fetch(digits);

  expect(await repository.refs(digits)).toEqual([]);
  expect(await repository.newCommits(digits, "a".repeat(40), [], 20)).toEqual([]);
});

test("fetches of one project that come at once all succeed", async () => {
  const commit = await forge.commit("first");
  const another = new GitRepository({
    folder: join(temporary.path, "repositories"),
    environment: process.env,
    allowFileProtocol: true,
  });

  await Promise.all([1, 2, 3].flatMap(() => [repository.fetch(digits), another.fetch(digits)]));

  expect(await repository.branchHead(digits, "main")).toBe(commit);
});

test("a lock that a killed server left behind does not stop fetches for ever", async () => {
  await forge.commit("first");
  await repository.fetch(digits);
  const commit = await forge.commit("second");
  const lock = join(temporary.path, "repositories", "digits.git", "refs", "heads", "main.lock");
  await writeFile(lock, "");
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, anHourAgo, anHourAgo);

  await repository.fetch(digits);

  expect(await repository.branchHead(digits, "main")).toBe(commit);
});

test("a repository that is not there is told in a sentence without the credentials of its URL", async () => {
  const missing = project({ repository: `${forge.url}/missing` });

  const fetching = repository.fetch(missing);

  await expect(fetching).rejects.toMatchObject({
    name: "SourceUnavailableError",
    message: expect.stringMatching(/^There is no repository at file:.*missing/),
  });
});

test("a URL that Assay does not take is not fetched", async () => {
  const strict = new GitRepository({ folder: temporary.path });

  for (const url of [forge.url, "ext::sh -c touch% canary", "https://user:secret@example.org/a"]) {
    const error = await strict.fetch(project({ repository: url })).catch((error) => error);
    expect(error.name).toBe("SourceUnavailableError");
    expect(error.message).not.toContain("secret");
  }
  expect(await readdir(temporary.path)).not.toContain("digits.git");
});

test("an aborted fetch ends with the reason of the abort", async () => {
  const controller = new AbortController();
  const reason = new Error("The clone took longer than 15 minutes.");
  await forge.commit("first");

  const fetching = repository.fetch(digits, controller.signal);
  controller.abort(reason);

  await expect(fetching).rejects.toBe(reason);
});

test("refs and branches that look like options or commands are only names", async () => {
  const commit = await forge.commit("first");
  const names = ["-x", "--upload-pack=touch${IFS}canary", "$(touch${IFS}canary)", "a;b'c\"d&e|f"];
  for (const name of names) await forge.git("update-ref", `refs/heads/${name}`, commit);

  await repository.fetch(digits);

  for (const name of names) expect(await repository.branchHead(digits, name)).toBe(commit);
  expect(await readdir(join(temporary.path, "repositories"))).toEqual(["digits.git"]);
  expect(await repository.isReachable(digits, commit)).toBe(true);
});

test("what is no commit id is never handed to git", async () => {
  await forge.commit("first");
  await repository.fetch(digits);

  for (const id of ["HEAD", "main", "--all", "a".repeat(39), `^${"a".repeat(40)}`]) {
    expect(await repository.commit(digits, id)).toBeUndefined();
    expect(await repository.isReachable(digits, id)).toBe(false);
    expect(await repository.readFile(digits, id, "a", 10)).toEqual({ kind: "missing" });
    await expect(archived(id)).rejects.toMatchObject({ name: "SourceUnavailableError" });
  }
});

test("a commit tells its message, author and time, in whatever bytes", async () => {
  await forge.write({ message: "exp: naïve\n\nExp-Tag: ✓\n" });
  await forge.git("commit", "--quiet", "--allow-empty", "--file", "message");
  const id = await forge.git("rev-parse", "HEAD");
  const person = "Ada <ada@example.org> 1767225600 +0000";
  const tree = await forge.git("rev-parse", "HEAD^{tree}");
  const junk = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nexp: \xff broken\n`;
  await writeFile(join(forge.folder, "junk"), Buffer.from(junk, "latin1"));
  const broken = await forge.git("hash-object", "-w", "-t", "commit", "junk");
  await forge.git("update-ref", "refs/heads/broken", broken);
  await repository.fetch(digits);

  expect(await repository.commit(digits, id)).toEqual({
    id,
    message: "exp: naïve\n\nExp-Tag: ✓\n",
    author: { name: "Ada", email: "ada@example.org" },
    committedAt: expect.stringMatching(/^2026-01-01T00:00:00(Z|\+00:00)$/),
  });
  expect((await repository.commit(digits, broken))?.message).toBe("exp: \ufffd broken\n");
  expect(await repository.commit(digits, "a".repeat(40))).toBeUndefined();
});

test("a removed repository is gone, and can be made again", async () => {
  await forge.commit("first");
  await repository.fetch(digits);

  await repository.remove(digits);
  await repository.remove(digits);
  await repository.prepare(digits);

  expect(await repository.refs(digits)).toEqual([]);
});

test("servers that prepare the same repository at once make one, and leave nothing behind", async () => {
  const folder = join(temporary.path, "repositories");
  const another = new GitRepository({ folder });

  await Promise.all([1, 2, 3].flatMap(() => [repository.prepare(digits), another.prepare(digits)]));

  expect(await readdir(folder)).toEqual(["digits.git"]);
});

test("a slug that names another folder is refused", async () => {
  for (const slug of ["../digits", "", ".submodules", "a/b", "Digits"])
    await expect(repository.prepare(project({ slug }))).rejects.toThrow("names no folder");
});
