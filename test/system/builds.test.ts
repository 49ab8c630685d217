import { chmod } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, logOf } from "../support/experiments.ts";
import type { WorkingCopy } from "../support/git.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const manifest = (command = "true", builder = "{}", top = "", image = ""): string => `${top}
builder: ${builder}
spec:
  operator: jobset
  ${image}
  command: ${JSON.stringify(command)}
  types:
    worker: { resources: { cpus: 0.5, memory: 0.1 } }
`;

const repository = {
  Dockerfile:
    "FROM assay/busybox:local AS base\nCOPY src /src\nFROM base AS more\nRUN touch /more\n",
  "src/train.sh": "echo hello\n",
  "README.md": "first\n",
  "manifest.yaml": manifest("sh /src/train.sh"),
};

// oxlint-disable-next-line typescript/no-explicit-any -- the body is what the API answers
type Body = any;

/** What became of a push of these files. */
async function pushed(
  copy: WorkingCopy,
  experiment: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly body: Body; readonly note: string; readonly exception: Body }> {
  await copy.commit("exp: try", files);
  await copy.push();
  const body = await finished(platform, experiment);
  const { note, exception } = body.steps[2];
  return { body, note, exception };
}

const set = (project: string, name: string, value: string) =>
  platform.call("PUT", `/api/v1/projects/${project}/secrets/${name}`, { value });

/** What runs is of no interest here: an engine that runs nothing is soon done. */
const PRETENDED = "engineName: dummy";

test("an image is reused until something that enters it changes, and Building says what", async () => {
  const runs = (command: string): string => manifest(command, "{}", "", PRETENDED);
  const copy = await projects.create("narrow", { ...repository, "manifest.yaml": runs("true") });

  const first = await pushed(copy, "narrow#1");
  const readme = await pushed(copy, "narrow#2", { "README.md": "second\n" });
  const command = await pushed(copy, "narrow#3", { "manifest.yaml": runs("echo other") });
  const file = await pushed(copy, "narrow#4", { "src/train.sh": "echo changed\n" });
  await chmod(join(copy.folder, "src", "train.sh"), 0o755);
  const mode = await pushed(copy, "narrow#5");

  const reused = "image reused from narrow#1: nothing that enters it has changed";
  expect(first.note).toBe("built: the project's first image");
  expect([readme.note, command.note]).toEqual([reused, reused]);
  expect(command.body.image).toEqual({ ...first.body.image, reused: true });
  expect(file.note).toBe("built: src/train.sh changed since #1");
  expect(mode.note).toBe("built: src/train.sh changed since #4");
  expect(await logOf(platform, "narrow#2", "?step=Building")).toBe(`${reused}\n`);
});

test("an argument and a target make another image, and going back finds the earlier one", async () => {
  const build = (builder: string): string => manifest("true", builder, "", PRETENDED);
  const copy = await projects.create("back", { ...repository, "manifest.yaml": build("{}") });

  const first = await pushed(copy, "back#1");
  const argument = await pushed(copy, "back#2", {
    "manifest.yaml": build("{ buildArgs: { LR: 3 } }"),
  });
  const target = await pushed(copy, "back#3", { "manifest.yaml": build("{ target: base }") });
  const back = await pushed(copy, "back#4", { "manifest.yaml": build("{}") });
  await platform.call("POST", `/api/v1/experiments/${back.body.id}/resubmit`, { freshBuild: true });
  const fresh = await finished(platform, "back#5");

  expect(argument.note).toBe("built: the build argument LR changed since #1");
  expect(target.note).toBe("built: the target, the build argument LR changed since #2");
  expect(back.note).toBe("image reused from back#1: nothing that enters it has changed");
  expect(back.body.image.digest).toBe(first.body.image.digest);
  expect(fresh.steps[2].note).toBe("built: a fresh build was asked for");
  expect(fresh.image.reused).toBe(false);
});

test("a build secret reaches the step that mounts it; a new value of it builds anew, another secret's does not", async () => {
  const mount = "RUN --mount=type=secret,id=TOKEN sha256sum /run/secrets/TOKEN | cut -c1-8 > /used";
  const copy = await projects.create("hidden", {
    Dockerfile: `FROM assay/busybox:local\n${mount}\n`,
    "manifest.yaml": manifest("cat /used", "{}", "secrets: [TOKEN, OTHER]"),
  });
  await set("hidden", "TOKEN", "first value");
  await set("hidden", "OTHER", "first other");

  const first = await pushed(copy, "hidden#1");
  await set("hidden", "OTHER", "second other");
  const other = await pushed(copy, "hidden#2", { note: "1" });
  await set("hidden", "TOKEN", "second value");
  const rotated = await pushed(copy, "hidden#3", { note: "2" });

  expect(first.body.status).toBe("Succeeded");
  expect(other.note).toContain("reused from hidden#1");
  expect(rotated.note).toBe("built: the secret TOKEN changed since #1");
  expect(await logOf(platform, "hidden#3")).not.toBe(await logOf(platform, "hidden#1"));
});

test("AIchor's one file of all build secrets is there, and is read by a shell", async () => {
  const read =
    'RUN --mount=type=secret,id=_env,dst=/etc/secrets/.env . /etc/secrets/.env && printf %s "$TOKEN" | wc -c > /used';
  const copy = await projects.create("env-file", {
    Dockerfile: `FROM assay/busybox:local\n${read}\n`,
    "manifest.yaml": manifest("cat /used", "{}", "secrets: [TOKEN]"),
  });
  await set("env-file", "TOKEN", "it's $HOME");

  const { body } = await pushed(copy, "env-file#1");

  expect(body.status).toBe("Succeeded");
  expect(await logOf(platform, "env-file#1")).toBe("10\n");
});

test("skipBuild runs another experiment's image; where it is not to be had, it builds or fails, as asked", async () => {
  const copy = await projects.create("skips", repository);
  const skip = (more: string): Readonly<Record<string, string>> => ({
    "src/train.sh": "echo changed\n",
    "manifest.yaml": manifest("sh /src/train.sh", `{ skipBuild: { enabled: true, ${more} } }`),
  });

  const first = await pushed(copy, "skips#1");
  const same = await pushed(copy, "skips#2", skip("experimentID: 1"));
  const built = await pushed(copy, "skips#3", skip("experimentID: 99"));
  const failed = await pushed(copy, "skips#4", skip("experimentID: 99, failIfNotFound: true"));

  expect(same.note).toBe("image of skips#1, as builder.skipBuild says");
  expect(same.body.image).toEqual({ ...first.body.image, reused: true });
  expect(await logOf(platform, "skips#2")).toBe("hello\n");
  expect(built.note).toBe("built: src/train.sh changed since #1");
  expect(await logOf(platform, "skips#3", "?step=Building")).toMatch(
    /^The project has no experiment 99, whose image builder.skipBuild names.\nBuilding: /,
  );
  expect(failed.exception).toMatchObject({
    kind: "ImageNotFound",
    message: "The project has no experiment 99, whose image builder.skipBuild names.",
  });
});

test("an image that was made elsewhere is run as it is, without a Dockerfile", async () => {
  const skip = "{ skipBuild: { enabled: true, failIfNotFound: true } }";
  const ready = (image: string): string => manifest("echo ready", skip, "", `image: ${image}`);
  const copy = await projects.create("ready", {
    "manifest.yaml": ready("assay/busybox:local"),
  });

  const there = await pushed(copy, "ready#1");
  const absent = await pushed(copy, "ready#2", { "manifest.yaml": ready("127.0.0.1:9/none:1") });
  const noName = await pushed(copy, "ready#3", { "manifest.yaml": ready('"../../etc"') });

  expect(there.note).toBe("image assay/busybox:local as it is, as builder.skipBuild says");
  expect(there.body).toMatchObject({ status: "Succeeded", image: { reused: true } });
  expect(await logOf(platform, "ready#1")).toBe("ready\n");
  expect(absent.exception).toMatchObject({
    kind: "BuildFailed",
    message: expect.stringContaining("its registry cannot be reached"),
  });
  expect(noName.exception.message).toContain("is not the name of an image");
});

test("the image of another project is not to be had by its name", async () => {
  const skip = "{ skipBuild: { enabled: true, failIfNotFound: true } }";
  const owner = await projects.create("owner", repository);
  const { body } = await pushed(owner, "owner#1");
  const copy = await projects.create("thief", {
    "manifest.yaml": manifest("true", skip, "", `image: ${JSON.stringify(body.image.name)}`),
  });

  const { exception, body: stolen } = await pushed(copy, "thief#1");

  expect(stolen.status).toBe("Failed");
  expect(exception.kind).toBe("BuildFailed");
  expect(exception.message).toContain(body.image.name);
});
