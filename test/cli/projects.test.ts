import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { createWorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Person } from "./assay.ts";
import { breakingProxy } from "./breaking-proxy.ts";

let platform: TestPlatform;
let ada: Person;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform();
  ada = await Person.create({ ASSAY_URL: platform.url, ASSAY_TOKEN: platform.token });
  folder = await mkdtemp(join(tmpdir(), "assay-here-"));
  await platform.call("POST", "/api/v1/projects", { name: "store", forge: "builtin" });
});
afterAll(async () => {
  await ada.remove();
  await rm(folder, { recursive: true });
  await platform.stop();
});

const here = (...words: readonly string[]) => ada.assay(words, { folder });

test("a project is made, and what is said to do next works as it is written", async () => {
  const { code, out } = await here("projects", "create", "Digits", "--max-active", "3");
  const url = /git remote add assay (\S+)/.exec(out)?.[1];
  const copy = await createWorkingCopy(undefined, platform.token);
  await copy.commit("no experiment", { "README.md": "hello\n" });
  await copy.git("remote", "add", "assay", url ?? "");
  await copy.git("push", "assay", "HEAD");
  await copy.remove();

  const deliveries = await here("projects", "deliveries", "digits");
  const shown = await here("projects", "show", "digits");

  expect(code).toBe(0);
  expect(out).toMatch(/^Project digits is made.\n/);
  expect(out).toContain("exp: a first try");
  expect(deliveries.out).toMatch(/\ngit|main/);
  expect(deliveries.out).toMatch(/nothing +\S/);
  expect(shown.out).toMatch(/^maxActive +3$/m);
  expect(shown.out).toContain(`git remote add assay ${platform.url}/git/digits.git`);
  expect(await ada.json("projects", "list")).toMatchObject([
    { slug: "digits", forge: "builtin" },
    { slug: "store" },
  ]);
  expect((await here("projects", "list")).out).toMatch(/^PROJECT .*\ndigits +Digits +builtin/);
  expect((await here("projects", "create", "Digits")).code).toBe(1);
});

test("a project of a forge says what to enter there, and its secret this once", async () => {
  const words = ["--forge", "github", "--repository", "https://github.example/lab/letters.git"];

  const made = await here("projects", "create", "letters", ...words);
  const secret = /Secret +(\S+)/.exec(made.out)?.[1] ?? "";
  const shown = await here("projects", "show", "letters");
  const rotated = await here("projects", "webhook-secret", "letters");
  const refused = await here("projects", "deliveries", "letters", "--refused");

  expect(made.code).toBe(0);
  expect(made.out).toContain(`Address       ${platform.url}/webhooks/letters`);
  expect(secret.length).toBeGreaterThan(15);
  expect(shown.out).not.toContain(secret);
  expect(shown.out).toContain("assay projects webhook-secret letters");
  expect(shown.out).toContain("  assay projects credential letters\n");
  expect(rotated.out.trim().length).toBeGreaterThan(15);
  expect(rotated.out).not.toContain(secret);
  expect(refused).toMatchObject({ code: 0, out: "" });
});

test("login keeps address and token for this user alone, and shows who one is", async () => {
  const bob = await Person.create();
  const file = join(bob.home, "config", "assay", "config.json");

  const wrong = await bob.assay(["login", "--url", platform.url], { input: "nonsense\n" });
  const signedIn = await bob.assay(["login", "--url", `${platform.url}/`], {
    input: `${platform.token}\n`,
  });
  const { mode } = await stat(file);
  const set = await bob.assay(["context", "set", "project", "store"]);
  const shown = await bob.json("context", "show");
  const list = await bob.assay(["experiments", "list"]);
  const elsewhere = await bob.assay(["experiments", "list"], {
    env: { ASSAY_URL: "http://127.0.0.1:9" },
  });
  const unset = await bob.assay(["context", "unset", "project"]);
  const out = await bob.assay(["logout"]);
  const after = await bob.assay(["projects", "list"]);

  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain("does not know this token");
  expect(signedIn.code).toBe(0);
  expect(signedIn.out).toBe(
    `Signed in at ${platform.url} as admin, an administrator. Kept in ${file}\n`,
  );
  expect(mode & 0o777).toBe(0o600);
  expect(set.out).toContain("store");
  expect(shown).toEqual({ url: platform.url, signedIn: true, project: "store" });
  expect(list.code).toBe(0);
  // The token that was kept is not for another server.
  expect(elsewhere).toMatchObject({ code: 2, out: "" });
  expect([unset.code, out.code]).toEqual([0, 0]);
  expect(after.err).toContain("Run assay login");
  expect(await readFile(file, "utf8")).not.toContain(platform.token);
  await bob.remove();
});

test("manifests are judged without a server, each fault at its line", async () => {
  await mkdir(join(folder, "manifests"));
  await writeFile(join(folder, "manifest.yaml"), VALID);
  await writeFile(join(folder, "manifests", "wrong.yaml"), VALID.replace("command:", "comand:"));
  const away = { folder, env: { ASSAY_URL: "http://127.0.0.1:9" } };

  const all = await ada.assay(["manifest", "validate"], away);
  const one = await here("manifest", "validate", "manifest.yaml", "--project", "store");
  const piped = await ada.assay(["manifest", "validate", "-", "--json"], { ...away, input: VALID });
  const missing = await here("manifest", "validate", "none.yaml");

  expect(all.code).toBe(1);
  expect(all.out).toMatch(/^manifest.yaml is valid$/m);
  expect(all.out).toMatch(/^manifests\/wrong.yaml:\d+:\d+: error: .*did you mean command/m);
  expect(one).toMatchObject({ code: 0, out: "manifest.yaml is valid\n" });
  expect(JSON.parse(piped.out)).toMatchObject([{ file: "-", valid: true, errors: [] }]);
  expect(missing.code).toBe(1);
  expect(missing.err).toMatch(/^none.yaml cannot be read: /);
});

const VALID = `builder: { image: test, dockerfile: Dockerfile }
spec:
  operator: jobset
  image: test
  command: "true"
  types:
    worker: { count: 1, resources: { cpus: 1, memory: 1 } }
`;

const data = (...words: readonly string[]) => here("data", ...words, "--project", "store");

test("files go into a bucket, are listed, come back as they were, and are deleted", async () => {
  const content = Buffer.alloc(300_000, "a line of a table\n");
  await mkdir(join(folder, "set", "inner"), { recursive: true });
  await writeFile(join(folder, "set", "one ü.csv"), content);
  await writeFile(join(folder, "set", "inner", "empty"), "");

  const sent = await data("cp", "-r", "set", "input:/set");
  const single = await data("cp", "set/one ü.csv", "input:/");
  const piped = await ada.assay(["data", "cp", "-", "input:/piped", "-p", "store"], {
    input: "from a pipe",
  });
  const listed = await data("ls");
  const deep = await data("ls", "-r", "input:/set", "--json");
  const back = await data("cp", "-r", "input:/set", "copy");
  const file = await data("cp", "input:/set/one ü.csv", ".");
  const shown = await data("cp", "input:/piped", "-");
  const wrong = [
    await data("cp", "set", "input:/x"),
    await data("cp", "a", "b"),
    await data("rm", "input:/"),
  ];
  const removed = [
    await data("rm", "input:/piped", "input:/none"),
    await data("rm", "-r", "input:/set"),
  ];

  expect(sent).toEqual({ code: 0, out: "2 files in input:/set/\n", err: "" });
  expect(single.out).toBe("set/one ü.csv is in input:/one ü.csv\n");
  expect(piped.code).toBe(0);
  expect(listed.out).toMatch(/ input:\/set\/\n/);
  expect(listed.out).toMatch(/293.0 KiB +\S+ \S+ +input:\/one ü.csv\n/);
  expect(JSON.parse(deep.out).items).toMatchObject([
    { key: "set/inner/empty", size: 0 },
    { key: "set/one ü.csv", size: 300_000 },
  ]);
  expect(back).toEqual({ code: 0, out: "2 files in copy\n", err: "" });
  expect(await readFile(join(folder, "copy", "one ü.csv"))).toEqual(content);
  expect(file.out).toBe("input:/set/one ü.csv is in one ü.csv\n");
  expect(shown.out).toBe("from a pipe");
  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
  expect(removed[0]).toMatchObject({ code: 1, out: "input:/piped is deleted\n" });
  expect(removed[0]?.err).toContain('There is no "none"');
  expect(removed[1]?.out).toBe("input:/set is deleted: 2 objects\n");
  expect((await data("ls", "input:/set")).err).toContain("There is nothing");
});

test("a copy out of a bucket goes on where a broken connection ended it, and fetches no file twice", async () => {
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  await writeFile(join(folder, "large"), content);
  await data("cp", "large", "output:/made/large");
  await rm(join(folder, "large"));
  const proxy = await breakingProxy(platform.url, /objects\//, 50_000);
  const through = { folder, env: { ASSAY_URL: proxy.url } };
  const words = ["data", "cp", "-r", "output:/made", "made", "-p", "store"];

  const first = await ada.assay(words, through);
  const asked = [...proxy.asked];
  const second = await ada.assay(words, through);
  await proxy.stop();

  expect(first).toEqual({ code: 0, out: "1 file in made\n", err: "" });
  expect(await readFile(join(folder, "made", "large"))).toEqual(content);
  expect(await readdir(join(folder, "made"))).toEqual(["large"]);
  const begun = asked.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]));
  expect(begun[0]).toBe(0);
  expect(begun.at(-1)).toBeGreaterThanOrEqual(150_000);
  expect(begun).toEqual(begun.toSorted((one, other) => one - other));
  expect(second.code).toBe(0);
  expect(proxy.asked).toEqual(asked);
});
