import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { ReceivedPush } from "../../src/git/remote/push-hooks.ts";
import { GitRepository } from "../../src/git/repository.ts";
import { project, temporaryFolder, WorkingCopy } from "./fixture.ts";
import { type RemoteServer, startRemote } from "./remote-server.ts";

const NONE = "0".repeat(40);
const digits = project({ slug: "digits", forge: "builtin" });
const letters = project({ slug: "letters", forge: "builtin" });
const mirrored = project({
  slug: "mirrored",
  forge: "github",
  repository: "https://github.com/ada/mirrored.git",
});

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folders: { folder: string };
let copy: WorkingCopy;
let server: RemoteServer;
let pushes: ReceivedPush[];
let onPush: (push: ReceivedPush) => Promise<readonly string[]>;
let isWilling: () => Promise<void>;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folders = { folder: join(temporary.path, "repositories") };
  copy = await WorkingCopy.create(join(temporary.path, "copy"));
  pushes = [];
  onPush = async () => [];
  isWilling = async () => {};
  server = await startRemote(
    {
      ...folders,
      isWilling: () => isWilling(),
      onPush: (push) => {
        pushes.push(push);
        return onPush(push);
      },
      maxPushBytes: 2_000_000,
    },
    [digits, letters, mirrored],
  );
});

afterEach(async () => {
  await server.close();
  await temporary.remove();
});

const refsOf = async (which = digits) =>
  (await server.repository.refs(which)).map(({ name, commit }) => `${name} ${commit}`);

test("a push is stored, reported with its refs and told what became of it", async () => {
  const first = await copy.commit("exp: first", { "a.txt": "a" });
  onPush = async () => ["digits#1 started: http://assay/1", "  naïve \u001B[31mred\u0007\nsecond"];

  const pushed = await copy.try("push", server.url("digits"), "main");

  expect(pushed.ok).toBe(true);
  expect(pushed.output).toMatch(/^remote: digits#1 started: http:\/\/assay\/1 *$/m);
  expect(pushed.output).toMatch(/^remote: {3}naïve \[31mred *$/m);
  expect(pushed.output).toMatch(/^remote: second *$/m);
  expect(pushes).toMatchObject([
    { user: "ada", refs: [{ ref: "refs/heads/main", before: NONE, after: first }] },
  ]);
  expect(pushes[0]?.project).toBe(digits);
  expect(await refsOf()).toEqual([`refs/heads/main ${first}`]);
  await until(async () => (await gitProcesses(folders.folder)) === 0);
});

test("further pushes, forced ones, tags and deletions are reported as they are", async () => {
  const url = server.url("digits");
  const first = await copy.commit("first");
  await copy.git("push", "--quiet", url, "main");
  const second = await copy.commit("second");
  await copy.git("tag", "v1");
  await copy.git("branch", "topic");
  await copy.git("push", "--quiet", url, "main", "v1", "topic");
  await copy.git("reset", "--quiet", "--hard", first);
  const instead = await copy.commit("instead");
  await copy.git("push", "--quiet", "--force", url, "main", ":topic");

  expect(
    pushes.slice(1).map(({ refs }) => refs.toSorted((a, b) => (a.ref < b.ref ? -1 : 1))),
  ).toEqual([
    [
      { ref: "refs/heads/main", before: first, after: second },
      { ref: "refs/heads/topic", before: NONE, after: second },
      { ref: "refs/tags/v1", before: NONE, after: second },
    ],
    [
      { ref: "refs/heads/main", before: second, after: instead },
      { ref: "refs/heads/topic", before: second, after: NONE },
    ],
  ]);
});

test("a repository that was pushed can be cloned and fetched, whatever its branch is called", async () => {
  const url = server.url("digits");
  await copy.git("checkout", "--quiet", "-b", "trunk");
  await copy.commit("first", { "a.txt": "a" });
  await copy.git("push", "--quiet", url, "trunk");
  await copy.git("clone", "--quiet", url, "../clone");
  const clone = new WorkingCopy(join(temporary.path, "clone"));
  const second = await copy.commit(
    "second",
    Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`many/${index}`, `${index}`])),
  );
  await copy.git("push", "--quiet", url, "trunk");
  await clone.git("pull", "--quiet");
  await clone.git("clone", "--quiet", "--depth=1", url, "../shallow");

  expect(await clone.git("rev-parse", "HEAD")).toBe(second);
  expect(await clone.git("branch", "--show-current")).toBe("trunk");
  expect(await new WorkingCopy(join(temporary.path, "shallow")).git("log", "--format=%s")).toBe(
    "second",
  );
});

test("refs that look like commands are stored under their names and run nothing", async () => {
  const commit = await copy.commit("first");
  const names = [
    "refs/heads/$(touch${IFS}canary)",
    "refs/heads/--upload-pack=touch${IFS}canary",
    "refs/heads/-x",
    `refs/heads/%n'"`,
    "refs/tags/`touch${IFS}canary`",
  ];

  await copy.git(
    "push",
    "--quiet",
    server.url("digits"),
    ...names.map((name) => `${commit}:${name}`),
  );

  expect(pushes[0]?.refs.map(({ ref }) => ref).toSorted()).toEqual(names.toSorted());
  expect((await server.repository.refs(digits)).map(({ name }) => name).toSorted()).toEqual(
    names.toSorted(),
  );
  const everything = await readdir(temporary.path, { recursive: true });
  expect(everything.filter((path) => path.endsWith("/canary"))).toEqual([]);
});

test("a push of something else than branches and tags is refused as a whole", async () => {
  await copy.commit("first");

  const pushed = await copy.try(
    "push",
    server.url("digits"),
    "main",
    "main:refs/notes/x",
    "main:refs/replace/x",
  );

  expect(pushed.ok).toBe(false);
  expect(pushed.output).toMatch(/remote: Assay takes branches .* refs\/notes\/x is neither/);
  expect(await refsOf()).toEqual([]);
  expect(pushes).toEqual([]);
});

test("a push is refused while it could not be decided, and stored by the next try", async () => {
  const commit = await copy.commit("first");
  isWilling = () => Promise.reject(new Error("connection refused: postgres://assay:secret@db"));
  const refused = await copy.try("push", server.url("digits"), "main");
  const after = await refsOf();
  isWilling = async () => {};

  const accepted = await copy.try("push", server.url("digits"), "main");

  expect(refused.ok).toBe(false);
  expect(refused.output).toMatch(
    /remote: Assay cannot take a push at the moment; nothing is stored/,
  );
  expect(refused.output).not.toContain("secret");
  expect(after).toEqual([]);
  expect(accepted.ok).toBe(true);
  expect(await refsOf()).toEqual([`refs/heads/main ${commit}`]);
});

test("a push whose report fails is stored, and the pusher is told that its experiments come later", async () => {
  const commit = await copy.commit("first");
  onPush = () => Promise.reject(new Error("the database went away"));

  const pushed = await copy.try("push", server.url("digits"), "main");

  expect(pushed.ok).toBe(true);
  expect(pushed.output).toMatch(
    /remote: Your push is stored; its experiments will be started as soon as/,
  );
  expect(await refsOf()).toEqual([`refs/heads/main ${commit}`]);
});

test("a long report arrives whole", async () => {
  await copy.commit("first");
  const lines = Array.from({ length: 3000 }, (_, index) => `line ${index} ${"x".repeat(60)}`);
  onPush = async () => lines;

  const pushed = await copy.try("push", server.url("digits"), "main");

  expect(pushed.output.match(/^remote: line \d+ x+ *$/gm)).toHaveLength(3000);
});

test("a push of a thousand refs is reported whole", async () => {
  const commit = await copy.commit("first");
  const names = Array.from({ length: 1000 }, (_, index) => `refs/tags/a-tag-with-a-name-${index}`);
  const refs = names.map((name) => `create ${name} ${commit}\n`).join("");
  await copy.write({ refs });
  await copy.git("-c", "alias.many=!git update-ref --stdin < refs", "many");

  const pushed = await copy.try("push", "--quiet", server.url("digits"), "--tags");

  expect(pushed).toEqual({ ok: true, output: "" });
  expect(pushes[0]?.refs).toHaveLength(1000);
});

test("a wrong or missing token is refused, and no project is shown to be there or not", async () => {
  await copy.commit("first");
  const wrong = server.url("digits").replace("right", "wrong");

  const pushed = await copy.try("push", wrong, "main");
  const response = await fetch(
    `${server.origin}/git/nothing.git/info/refs?service=git-upload-pack`,
  );

  expect(pushed.ok).toBe(false);
  expect(pushed.output).toMatch(/Authentication failed/);
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
  expect(await response.text()).toMatch(/token/);
});

test("an unknown project, and one of another forge, are refused with a sentence", async () => {
  await copy.commit("first");

  const unknown = await copy.try("push", server.url("nothing"), "main");
  const elsewhere = await copy.try("push", server.url("mirrored"), "main");

  expect(unknown.output).toMatch(/remote: There is no project nothing\./);
  expect(unknown.output).toMatch(/not found/);
  expect(elsewhere.output).toMatch(
    /remote: .*kept at its forge \(github\).*github\.com\/ada\/mirrored/,
  );
  expect([unknown.ok, elsewhere.ok]).toEqual([false, false]);
});

test("nothing but git's smart protocol is answered", async () => {
  await copy.commit("first");
  await copy.git("push", "--quiet", server.url("digits"), "main");
  const authorization = `Basic ${btoa("ada:right")}`;
  const status = async (path: string, method = "GET") =>
    (await fetch(server.origin + path, { method, headers: { authorization } })).status;

  for (const path of [
    "/git/digits.git",
    "/git/digits.git/HEAD",
    "/git/digits.git/config",
    "/git/digits.git/info/refs",
    "/git/digits.git/info/refs?service=git-upload-archive",
    "/git/digits.git/objects/info/packs",
    "/git/../git/digits.git/../letters.git/HEAD",
    "/git/%2e%2e/info/refs?service=git-upload-pack",
    "/git/.hooks.git/info/refs?service=git-upload-pack",
    "/git/digits/info/refs?service=git-upload-pack",
  ])
    expect([path, await status(path)]).toEqual([path, 404]);
  expect(await status("/git/digits.git/git-upload-pack")).toBe(405);
  expect(await status("/git/digits.git/info/refs?service=git-receive-pack", "POST")).toBe(405);
  expect(await status("/git/digits.git/git-upload-pack", "POST")).toBe(415);
  expect(await status("/git/digits.git/info/refs?service=git-receive-pack")).toBe(200);
});

test("a request body may be compressed", async () => {
  const commit = await copy.commit("first");
  await copy.git("push", "--quiet", server.url("digits"), "main");
  const want = `want ${commit} side-band-64k\n`;
  const length = (want.length + 4).toString(16).padStart(4, "0");

  const response = await fetch(`${server.origin}/git/digits.git/git-upload-pack`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa("ada:right")}`,
      "content-type": "application/x-git-upload-pack-request",
      "content-encoding": "gzip",
    },
    body: gzipSync(`${length}${want}00000009done\n`),
  });

  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).includes("PACK")).toBe(true);
});

test("a push that is too large is refused with a sentence", async () => {
  await copy.commit("first", { "big.txt": randomBytes(3_000_000).toString("base64") });

  const whole = await copy.try(
    "-c",
    "http.postBuffer=20000000",
    "push",
    server.url("digits"),
    "main",
  );
  const chunked = await copy.try("push", server.url("digits"), "main");

  for (const { output } of [whole, chunked]) expect(output).toMatch(/exceeds maximum allowed size/);
  expect([whole.ok, chunked.ok]).toEqual([false, false]);
  expect(await refsOf()).toEqual([]);
});

test("a tree that would write outside its clone is not taken", async () => {
  await copy.commit("first", { "a.txt": "a" });
  const blob = await copy.git("rev-parse", "HEAD:a.txt");
  const entry = [Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")];
  await writeFile(join(copy.folder, "tree"), Buffer.concat(entry));
  const tree = await copy.git("hash-object", "-w", "-t", "tree", "--literally", "tree");
  const commit = await copy.git("commit-tree", tree, "-m", "hostile");

  const pushed = await copy.try("push", server.url("digits"), `${commit}:refs/heads/main`);

  expect(pushed.ok).toBe(false);
  expect(pushed.output).toMatch(/hasDotgit/);
  expect(await refsOf()).toEqual([]);
});

test("old commits with the faults of their time are taken", async () => {
  await copy.commit("first");
  const empty = await copy.git("rev-parse", "HEAD^{tree}");
  const old = `tree ${empty}\nauthor Ada <ada@example.org>1234567890 +051800\ncommitter  <> 1234567890 +0000\n\nold\n`;
  await copy.write({ old });
  const commit = await copy.git("hash-object", "-w", "-t", "commit", "--literally", "old");

  const pushed = await copy.try("push", server.url("digits"), `${commit}:refs/heads/main`);

  expect(pushed).toMatchObject({ ok: true });
});

test("pushes to two projects at once are each told their own", async () => {
  await copy.commit("first");
  const both = Promise.withResolvers<void>();
  onPush = async ({ project: { slug } }) => {
    if (pushes.length === 2) both.resolve();
    await both.promise;
    return [`this is ${slug}`];
  };

  const [one, two] = await Promise.all([
    copy.try("push", server.url("digits"), "main"),
    copy.try("push", server.url("letters"), "main"),
  ]);

  expect(one?.output).toContain("remote: this is digits");
  expect(two?.output).toContain("remote: this is letters");
});

test("a client that goes away in the middle of its upload leaves nothing, and no process", async () => {
  // Made before, so that the process which is met is the upload's.
  await server.repository.prepare(digits);
  const { port } = new URL(server.origin);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  const command = `${NONE} ${"a".repeat(40)} refs/heads/main\0report-status`;
  const line = (command.length + 4).toString(16).padStart(4, "0") + command;
  socket.write(
    `POST /git/digits.git/git-receive-pack HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${btoa("ada:right")}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 100000\r\n\r\n${line}0000PACK`,
  );
  await until(async () => (await gitProcesses(folders.folder)) > 0);

  socket.destroy();

  await until(async () => (await gitProcesses(folders.folder)) === 0);
  expect(await refsOf()).toEqual([]);
  expect(pushes).toEqual([]);
});

test("a client that goes away before its push was taken has pushed nothing", async () => {
  await copy.commit("first");
  const asked = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  isWilling = async () => {
    asked.resolve();
    await finish.promise;
  };
  const pushing = spawn("git", ["push", server.url("digits"), "main"], {
    cwd: copy.folder,
    detached: true,
    stdio: "ignore",
  });
  await asked.promise;

  process.kill(-(pushing.pid ?? 0), "SIGKILL");
  await until(async () => (await gitProcesses(folders.folder)) === 0);
  finish.resolve();

  expect(await gitProcesses(folders.folder)).toBe(0);
  expect(await refsOf()).toEqual([]);
  expect(pushes).toEqual([]);
});

test("a client that goes away after its push was taken has pushed", async () => {
  const commit = await copy.commit("first");
  const reported = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  onPush = async () => {
    reported.resolve();
    await finish.promise;
    return [];
  };
  const pushing = spawn("git", ["push", server.url("digits"), "main"], {
    cwd: copy.folder,
    detached: true,
    stdio: "ignore",
  });
  await reported.promise;

  process.kill(-(pushing.pid ?? 0), "SIGKILL");
  await once(pushing, "close");
  finish.resolve();

  await until(async () => (await gitProcesses(folders.folder)) === 0);
  expect(await refsOf()).toEqual([`refs/heads/main ${commit}`]);
});

test.each([
  ["isWilling", "nothing"],
  ["onPush", "everything"],
])("a server that is killed in %s leaves %s of the push", async (place, what) => {
  const commit = await copy.commit("first");
  await copy.git("branch", "topic");
  const script = join(import.meta.dirname, "remote-process.ts");
  const child = spawn(process.execPath, [script, folders.folder, place], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const url = String((await lines.next()).value);
  const pushing = copy.try("push", url, "main", "topic");
  expect((await lines.next()).value).toBe(place);

  child.kill("SIGKILL");
  await pushing;
  await until(async () => (await gitProcesses(folders.folder)) === 0);

  const repository = new GitRepository(folders);
  expect(await repository.refs(digits)).toEqual(
    what === "nothing"
      ? []
      : [
          { name: "refs/heads/main", commit },
          { name: "refs/heads/topic", commit },
        ],
  );
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

/** How many processes work with repositories of this folder. */
async function gitProcesses(folder: string): Promise<number> {
  const environments = (await readdir("/proc"))
    .filter((name) => /^\d+$/.test(name))
    .map((id) => readFile(`/proc/${id}/environ`, "utf8").catch(() => ""));
  return (await Promise.all(environments)).filter((text) => text.includes(`HOME=${folder}\0`))
    .length;
}
