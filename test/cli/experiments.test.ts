import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { fileBelow } from "../../src/cli/place.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import type { WorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { Person } from "./assay.ts";
import { breakingProxy } from "./breaking-proxy.ts";

let platform: TestPlatform;
let projects: Projects;
let lab: WorkingCopy;
let ada: Person;

const manifest = (command: string, top = "tags: []"): string =>
  repositoryFiles(command, { top, spec: "engineName: dummy" })["manifest.yaml"] ?? "";

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  lab = await projects.create("lab", {
    Dockerfile: "FROM assay/busybox:local\n",
    ".dockerignore": "*\n",
    "manifest.yaml": manifest(
      'echo "lr $PARAM_LR"; echo "word $WORD"',
      "name: the baseline\ntags: [small]\nparams: { lr: 0.1 }",
    ),
    "manifests/fails.yaml": manifest("echo so far; exit 3"),
    "manifests/long.yaml": manifest("echo begun; sleep 600"),
    "manifests/many.yaml":
      repositoryFiles("true", {
        spec: 'engineName: dummy\n  env: { DUMMY_LOG_LINES: "30000" }',
      })["manifest.yaml"] ?? "",
    "manifests/approval.yaml": manifest("true", "approval: true"),
    "manifests/twice.yaml":
      repositoryFiles("echo attempt $ASSAY_ATTEMPT", {
        spec: 'engineName: dummy\n  env: { DUMMY_EXIT_CODES: "1,0" }\n  restartPolicy: { backoffLimit: 1 }',
      })["manifest.yaml"] ?? "",
  });
  ada = await Person.create({
    ASSAY_URL: platform.url,
    ASSAY_TOKEN: platform.token,
    ASSAY_PROJECT: "lab",
  });
});
afterAll(async () => {
  await ada.remove();
  await projects.remove();
  await platform.stop();
});

const exp = (...words: readonly string[]) => ada.assay(["experiments", ...words]);

/** Starts one, and answers how it is called. */
async function started(...words: readonly string[]): Promise<string> {
  const { number } = await ada.json("experiments", "submit", "commit", ...words);
  return `lab#${number}`;
}

test("a commit is submitted and followed: a line for each step, the log, and the ending as exit code", async () => {
  const sha = (await lab.git("rev-parse", "HEAD")).slice(0, 8);

  const { code, out, err } = await ada.assay(
    [
      "experiments",
      "submit",
      "commit",
      sha,
      "--param",
      "lr=0.5",
      "--env",
      "WORD=given",
      "--name",
      "by hand",
      "--tag",
      "mine",
      "--timeout",
      "1h",
      "--follow",
    ],
    { folder: lab.folder },
  );

  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^lab#1 ${platform.url}/experiments/[0-9a-f-]{36}\n`));
  for (const step of ["Waiting", "Cloning", "Building", "Submitting", "Running", "Completed"])
    expect(out).toMatch(new RegExp(`^● ${step} +Succeeded`, "m"));
  expect(out).toContain("  lr 0.5\n  word given\n");
  expect(out).toMatch(/\nlab#1 Succeeded after [\d.]+ s\n$/);
  const shown = await ada.json("experiments", "show", "1");
  expect(shown).toMatchObject({ name: "by hand", tags: ["mine", "small"], params: { lr: 0.5 } });
});

test("on a terminal the steps are a checklist that is drawn again below the log", async () => {
  const words = ["experiments", "submit", "commit", "--follow"];

  const coloured = await ada.assay(words, { columns: 100 });
  const plain = await ada.assay(words, { columns: 100, env: { NO_COLOR: "1" } });

  for (const { code, out } of [coloured, plain]) {
    expect(code).toBe(0);
    expect(out).toContain("\x1b[6A\r\x1b[J");
    expect(out.slice(out.lastIndexOf("\x1b[J"))).toMatch(/Waiting.*Succeeded.*\n.*Cloning/);
  }
  expect(coloured.out).toContain("\x1b[32m●\x1b[0m Completed");
  expect(plain.out).not.toContain("\x1b[3");
});

test("what fails exits with 1 and says why; what was cancelled exits with 3", async () => {
  const failed = await exp("submit", "commit", "--manifest", "fails", "--follow");
  const long = await started("--manifest", "long");
  await atStep(platform, long, "Running");

  const cancelled = await exp("cancel", long, "--kill");
  const waited = await exp("wait", long);
  const again = await exp("cancel", long);

  expect(failed.code).toBe(1);
  expect(failed.out).toMatch(/lab#\d+ Failed in Running after .*: .*3/);
  expect(cancelled).toMatchObject({ code: 0, out: `${long} is being cancelled\n` });
  expect(waited.code).toBe(3);
  expect(waited.out).toMatch(new RegExp(`^${long} Cancelled in Running`));
  expect(again.code).toBe(0);
  expect(again.out).toContain(`${long} stays as it is: `);
});

test("Ctrl-C leaves the experiment running and says how to come back", async () => {
  const interrupted = new AbortController();

  const { code, out, err } = await ada.assay(
    ["experiments", "submit", "commit", "--manifest", "long", "--follow"],
    {
      interrupted: interrupted.signal,
      onOutput: (soFar) => soFar.includes("  begun\n") && interrupted.abort(),
    },
  );

  const name = out.split(" ")[0] ?? "";
  expect(code).toBe(130);
  expect(err).toContain(`assay experiments logs ${name} --follow`);
  expect(await exp("status", name)).toMatchObject({ code: 0, out: "Processing\n" });
  expect(await exp("step", name)).toMatchObject({ code: 0, out: "Running\n" });
  expect((await exp("cancel", "--kill", name)).code).toBe(0);
  await finished(platform, name);
});

test("a log is printed as it is, by its step, from its end, and followed over attempts", async () => {
  const name = await started("--manifest", "twice");

  const followed = await exp("logs", name, "--follow", "--step", "Running");
  const last = await exp("logs", name);
  const first = await exp("logs", name, "--attempt", "1");
  const building = await exp("logs", name, "--step", "Building", "--tail", "1");
  const none = await exp("logs", name, "--run", "other");

  expect(followed).toEqual({ code: 0, out: "attempt 1\nattempt 2\n", err: "" });
  expect(last.out).toBe("attempt 2\n");
  expect(first.out).toBe("attempt 1\n");
  expect(building.out.trim().split("\n")).toHaveLength(1);
  const follows = await exp("logs", name, "--run", "other", "--follow");
  for (const { code, err } of [none, follows]) {
    expect(code).toBe(1);
    expect(err).toContain("has no such log");
  }
});

test("a log that is followed goes on over broken connections, and nothing of it comes twice", async () => {
  const name = await started("--manifest", "many");
  await exp("wait", name);
  const proxy = await breakingProxy(platform.url, /\/logs/, 150_000);

  const { code, out, err } = await ada.assay(
    ["experiments", "logs", name, "--follow", "--step", "Running"],
    { env: { ASSAY_URL: proxy.url } },
  );
  await proxy.stop();

  const whole = Array.from({ length: 30_000 }, (_, index) => `line ${index + 1}\n`).join("");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(whole);
  expect(proxy.asked).toContainEqual(expect.stringMatching(/^\d+$/));
});

test("what an experiment wrote is fetched into a folder, and no file twice", async () => {
  const name = await started();
  await exp("wait", name);
  const { id } = await ada.json("experiments", "show", name);
  for (const [path, text] of [
    ["metrics.json", "{}"],
    ["deep/er/weights", "12345"],
  ])
    await ada.assay(["data", "cp", "-", `output:/output/${id}/${path}`], { input: text ?? "" });

  const first = await exp("download", name, "--output", "here");
  const again = await ada.json("experiments", "download", name, "--output", "here");
  const empty = await started();
  await exp("wait", empty);
  const nothing = await exp("download", empty);

  expect(first).toEqual({ code: 0, out: "2 files, 7 B, in here\n", err: "" });
  expect(await readFile(join(ada.home, "here", "deep", "er", "weights"), "utf8")).toBe("12345");
  expect(again).toMatchObject({ files: 2, bytes: 7, there: 2 });
  expect(nothing).toMatchObject({ code: 0, out: "", err: `${empty} wrote no files.\n` });
});

test("what a server calls its objects never leads out of the folder", () => {
  expect(fileBelow("/some/folder", "deep/er")).toBe("/some/folder/deep/er");
  for (const key of ["../out", "a/../../out", "/etc/passwd", "a//b", "a\\..\\b", "a\0b", ""])
    expect(() => fileBelow("/some/folder", key)).toThrow("cannot be a file's name");
});

test("the list is filtered, and names experiments as they are called", async () => {
  const name = await started("--name", "needle in the hay", "--tag", "odd", "--priority", "7");
  await exp("wait", name);

  const { out } = await exp("list", "--tag", "odd", "-q", "needle");
  const few = await ada.json("experiments", "list", "--status", "Succeeded", "--limit", "1");
  const nothing = await exp("list", "--tag", "no such");
  const wrong = await exp("list", "--step", "Flying");

  expect(out).toMatch(/^EXPERIMENT +STATUS +STEP +NAME/);
  expect(out).toMatch(new RegExp(`\n${name} +Succeeded +Completed +needle in the hay +main`));
  expect(few).toHaveLength(1);
  expect(few[0]).toMatchObject({ status: "Succeeded" });
  expect(nothing).toMatchObject({ code: 0, out: "", err: "There is no such experiment.\n" });
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain("Waiting, Cloning");
});

test("an experiment is resubmitted with other values, and compared with the first", async () => {
  const first = await started();
  await exp("wait", first);

  const { code, out } = await exp(
    "resubmit",
    first,
    "--param",
    "lr=0.003",
    "--name",
    "second",
    "--follow",
  );
  const second = out.split(" ")[0] ?? "";
  const compared = await exp("compare", first, second);
  const all = await ada.json("experiments", "compare", first, second, "--all");

  expect(code).toBe(0);
  expect(out).toContain("  lr 0.003\n");
  expect(compared.out).toMatch(new RegExp(`^ +${first} +${second}\n`));
  expect(compared.out).toMatch(/params.lr +0.1 +0.003/);
  expect(compared.out).not.toMatch(/^commit/m);
  expect(all.rows).toContainEqual({ name: "params.lr", values: [0.1, 0.003] });
  expect(all.rows).toContainEqual({ name: "status", values: ["Succeeded", "Succeeded"] });
  expect((await exp("compare", first)).code).toBe(2);
});

test("what waits for approval is approved; a finished one leaves the list, comes back, and is deleted", async () => {
  const name = await started("--manifest", "approval");
  await atStep(platform, name, "Waiting", /approv/i);

  const step = await exp("step", name);
  const approved = await exp("approve", name);
  const waited = await exp("wait", name);
  const verbs = [
    await exp("archive", name),
    await exp("unarchive", name),
    await exp("delete", name),
  ];
  const gone = await exp("show", name);

  expect(step.out).toBe("Waiting\n");
  expect(step.err).toMatch(/approv/i);
  expect(approved).toMatchObject({ code: 0, out: `${name} is approved\n` });
  expect(waited.code).toBe(0);
  expect(verbs.map(({ out }) => out)).toEqual([
    `${name} is archived\n`,
    `${name} is in the list again\n`,
    `${name} is deleted\n`,
  ]);
  expect(gone.code).toBe(1);
  expect(gone.err).toBe(`There is no experiment "${name}".\n`);
});

test("of several named, one that cannot be is told and the others are done", async () => {
  const name = await started();
  await exp("wait", name);

  const { code, out, err } = await exp("archive", "lab#9999", name);

  expect(code).toBe(1);
  expect(out).toBe(`${name} is archived\n`);
  expect(err).toBe('lab#9999: There is no experiment "lab#9999".\n');
});

test("show says what an experiment was made of, and why it failed", async () => {
  const name = await started("--manifest", "fails");
  await exp("wait", name);

  const { code, out } = await exp("show", name);

  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^${name} Failed in Running after`));
  expect(out).toMatch(/^manifest +manifests\/fails.yaml$/m);
  expect(out).toMatch(/^✕ Running +Failed/m);
  expect(out).toMatch(/run main, attempt 1: .*exit code 3/);
  expect(out).toContain("The end of its log:\n  so far");
});

test("errors are sentences, with an exit code of their own for a server that does not answer", async () => {
  const stranger = { env: { ASSAY_TOKEN: "not a token of ours" } };
  const away = { env: { ASSAY_URL: "http://127.0.0.1:9" } };
  const nobody = { env: { ASSAY_TOKEN: "", ASSAY_URL: "http://127.0.0.1:9" } };
  const list = ["experiments", "list"];

  const unknown = await ada.assay(list, stranger);
  const unreachable = await ada.assay(list, away);
  const signedOut = await ada.assay(list, nobody);
  const invalid = await exp("submit", "commit", "--priority", "100");
  const misspelt = await exp("lst");
  const badOption = await exp("submit", "commit", "--param", "lr");

  expect(unknown).toMatchObject({
    code: 1,
    err: "The server does not know this token. Run assay login, or set ASSAY_TOKEN.\n",
  });
  expect(unreachable.code).toBe(4);
  expect(unreachable.err).toMatch(/^http:\/\/127.0.0.1:9 does not answer: /);
  expect(signedOut.code).toBe(2);
  expect(signedOut.err).toContain("Run assay login");
  expect(invalid.code).toBe(1);
  expect(misspelt.code).toBe(2);
  expect(misspelt.err).toContain("Did you mean list?");
  expect(badOption.code).toBe(2);
  expect(badOption.err).toContain("Write it as name=value.");
});
