import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { Person } from "./assay.ts";

const run = promisify(execFile);

let platform: TestPlatform;
let projects: Projects;
let ada: Person;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  folder = await mkdtemp(join(tmpdir(), "assay-init-"));
  ada = await Person.create({ ASSAY_URL: platform.url, ASSAY_TOKEN: platform.token });
});
afterAll(async () => {
  await ada.remove();
  await projects.remove();
  await rm(folder, { recursive: true });
  const { id } = await platform.knex("installation").first("id");
  await platform.stop();
  await run("docker", [
    "network",
    "prune",
    "--force",
    "--filter",
    `label=assay.installation=${id}`,
  ]);
});

const here = (...words: readonly string[]) => ada.assay(words, { folder });

/** git with a person's name, and with the token for the built-in remote. */
const gitEnvironment = () => ({
  PATH: process.env["PATH"],
  HOME: folder,
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "http.extraHeader",
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`ada:${platform.token}`).toString("base64")}`,
});

test("init makes a repository whose first push runs, and writes over nothing", async () => {
  const copy = join(folder, "fresh");
  const git = (...words: readonly string[]) =>
    run("git", [...words], { cwd: copy, env: gitEnvironment() });

  const made = await here("init", "fresh", "--base", "assay/busybox:local");
  const again = await here("init", "fresh");
  const valid = await ada.assay(["manifest", "validate"], { folder: copy });
  const project = await ada.json("projects", "create", "fresh", "--engine", "dummy");
  await git("remote", "add", "assay", project.gitUrl);
  await git("add", ".");
  await git("commit", "--quiet", "--message", "exp[short]: a first try");
  await git("push", "--quiet", "assay", "HEAD");

  expect(made.code).toBe(0);
  expect(made.out).toContain("cd fresh");
  expect(again.code).toBe(1);
  expect(again.err).toContain("manifest.yaml, manifests/short.yaml");
  expect(valid.out).toBe("manifest.yaml is valid\nmanifests/short.yaml is valid\n");
  const { status, manifestPath } = await finished(platform, "fresh#1");
  expect({ status, manifestPath }).toEqual({
    status: "Succeeded",
    manifestPath: "manifests/short.yaml",
  });
});

test("what reproduce prints runs the same by hand, and writes what download fetches", async () => {
  const command =
    'echo "$PARAM_WORD $ASSAY_SEED" {{ params.word }} > "$ASSAY_OUTPUT_PATH/said"; cat here.txt';
  const files = repositoryFiles(command, { top: 'params: { word: "it\'s" }' });
  const lab = await projects.create("again", { ...files, "here.txt": "from the commit\n" });
  await lab.commit("exp: once more");
  await lab.push();
  await finished(platform, "again#1");

  const { code, out } = await here("experiments", "reproduce", "again#1");
  const { commands } = await ada.json("experiments", "reproduce", "again#1");
  const stdout = await ranByHand(out);
  const fetched = await here("experiments", "download", "again#1", "--output", "fetched");

  expect(fetched).toMatchObject({ code: 0, err: "" });
  expect(code).toBe(0);
  expect(out).toContain(`git checkout --quiet --detach ${await lab.git("rev-parse", "HEAD")}`);
  expect(stdout).toContain("from the commit\n");
  const said = await readFile(join(folder, "fetched", "said"), "utf8");
  expect(said).toMatch(/^it's \d+ it's\n$/);
  expect(await readFile(join(folder, "again-1", "output", "said"), "utf8")).toBe(said);
  expect(commands.join("\n")).not.toMatch(/^#/m);
});

/** What the commands print; the image that they make is removed. */
async function ranByHand(commands: string): Promise<string> {
  try {
    const { stdout } = await run("sh", ["-c", commands], { cwd: folder, env: gitEnvironment() });
    return stdout;
  } finally {
    await run("docker", ["image", "rm", "--force", "again:1"]);
  }
}

test("an administrator sees engines and queue, and holds them", async () => {
  const files = repositoryFiles("true", { spec: "engineName: dummy" });
  const lab = await projects.create("held", files);

  const paused = await here("admin", "queue", "pause");
  await lab.commit("exp: it waits");
  await lab.push();
  await atStep(platform, "held#1", "Waiting");
  const queue = await here("admin", "queue");
  const resumed = await here("admin", "queue", "resume");
  await finished(platform, "held#1");
  const drained = await here("admin", "engines", "drain", "dummy");
  const engines = await here("admin", "engines");
  const json = await ada.json("admin", "engines", "list");
  const back = await here("admin", "engines", "resume", "dummy");
  const unknown = await here("admin", "engines", "pause", "none");

  expect(paused.out).toMatch(/^The queue is paused: /);
  expect(queue.out).toMatch(/1 +held#1 +50 +it waits/);
  expect(resumed.out).toMatch(/^The queue is open/);
  expect(drained.out).toMatch(/^dummy is drain(ing|ed)\n$/);
  expect(engines.out).toMatch(/^dummy +dummy +drain(ing|ed) +0 of 64 +0 of 256 +0 of 0 +\S/m);
  expect(json).toContainEqual(expect.objectContaining({ name: "dummy", paused: true }));
  expect(back.out).toBe("dummy is open\n");
  expect(unknown.code).toBe(1);
});
