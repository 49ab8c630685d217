import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
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

test("a tagged push is cloned, built, run and recorded step by step", async () => {
  const copy = await projects.create(
    "whole way",
    repositoryFiles('echo "hello $VCS_SHA"; echo out > $ASSAY_OUTPUT_PATH/result.txt'),
  );
  const commit = await copy.commit("exp: say hello");

  const told = await copy.push();

  expect(told).toMatch(/remote: whole-way#1 started: http/);
  const experiment = await finished(platform, "whole-way#1");
  expect(experiment).toMatchObject({
    status: "Succeeded",
    step: "Completed",
    name: "say hello",
    source: { kind: "commit", commit, branch: "main", author: { name: "Ada" } },
    manifestPath: "manifest.yaml",
    resources: { cpus: 1, gpus: 0, memoryGb: 0.25 },
    image: { reused: false },
    runs: [{ state: "Done", attempt: 1, exitCode: 0 }],
  });
  expect(
    experiment.steps.map(
      ({ name, status }: { name: string; status: string }) => `${name} ${status}`,
    ),
  ).toEqual([
    "Waiting Succeeded",
    "Cloning Succeeded",
    "Building Succeeded",
    "Submitting Succeeded",
    "Running Succeeded",
    "Completed Succeeded",
  ]);
  expect(await logOf(platform, "whole-way#1")).toBe(`hello ${commit}\n`);
  const output = `/api/v1/projects/whole-way/buckets/output/objects/output/${experiment.id}/result.txt`;
  expect((await platform.call("GET", output)).body).toBe("out\n");
});

test("an exit code other than 0 fails the experiment, with the log's tail and the outputs so far", async () => {
  const copy = await projects.create(
    "exit",
    repositoryFiles("echo before > $ASSAY_OUTPUT_PATH/a; echo the reason >&2; exit 3"),
  );
  await copy.commit("exp: fail");

  await copy.push();

  const experiment = await finished(platform, "exit#1");
  expect(experiment).toMatchObject({
    status: "Failed",
    step: "Running",
    runs: [{ state: "Failed", exitCode: 3 }],
  });
  expect(experiment.steps[4]).toMatchObject({
    status: "Failed",
    exception: { kind: "ExitCode", exitCode: 3, logTail: "the reason\n" },
  });
  expect(experiment.steps[5]).toMatchObject({ name: "Completed", status: "Initialize" });
  const output = `/api/v1/projects/exit/buckets/output/objects/output/${experiment.id}/a`;
  expect((await platform.call("GET", output)).body).toBe("before\n");
});

test("a push without a tag starts nothing, and a near miss is answered aloud", async () => {
  const copy = await projects.create("near-miss", repositoryFiles("true"));
  await copy.commit("lower the rate");
  expect(await copy.push()).toMatch(/remote: The commit's message does not start with exp:/);

  await copy.commit("EXP lower the rate");

  expect(await copy.push()).toMatch(/remote: .*did you mean exp: lower the rate\?/);
  const { body } = await platform.call("GET", "/api/v1/projects/near-miss/deliveries");
  expect(body.items.map(({ decision }: { decision: string }) => decision)).toEqual([
    "nothing",
    "nothing",
    "nothing",
  ]);
});

test("of 25 tagged commits the newest 20 are started, oldest of them first, and the rest are told", async () => {
  const copy = await projects.create(
    "many",
    repositoryFiles("true", { spec: "engineName: dummy" }),
  );
  for (let number = 1; number <= 25; number += 1) await copy.commit(`exp: number ${number}`);

  const told = await copy.push();

  expect(told.match(/#\d+ started/g)).toHaveLength(20);
  expect(told).toMatch(/at most 20 experiments; not started: ([0-9a-f]{7}, ){4}[0-9a-f]{7}\./);
  const { body } = await platform.call("GET", "/api/v1/experiments?project=many&limit=200");
  expect(body.items.map(({ name }: { name: string }) => name).toReversed()).toEqual(
    Array.from({ length: 20 }, (_, index) => `number ${index + 6}`),
  );
  for (const { id } of body.items)
    expect(await finished(platform, id)).toMatchObject({ status: "Succeeded" });
});

test("a forced push looks at the head only, and a commit that ran is not run again", async () => {
  const copy = await projects.create(
    "forced",
    repositoryFiles("true", { spec: "engineName: dummy" }),
  );
  await copy.commit("exp: first");
  await copy.push();
  await copy.git("reset", "--quiet", "--hard", "HEAD~1");
  await copy.commit("exp: rewritten below");
  await copy.commit("exp: rewritten head");

  const told = await copy.push("+HEAD:main");

  expect(told.match(/#\d+ started/g)).toEqual(["#2 started"]);
  const again = await copy.push("HEAD:again");
  expect(again).toMatch(/no commit that is new/);
});

test("a resubmit runs the same commit with the same image, knows its parent and reads its outputs", async () => {
  const copy = await projects.create(
    "resubmit",
    repositoryFiles(
      "cat $ASSAY_PARENT_OUTPUT_PATH/a 2>/dev/null; echo $PARAM_WORD | tee $ASSAY_OUTPUT_PATH/a",
      {
        top: "params: { word: one }",
      },
    ),
  );
  await copy.commit("exp: parent");
  await copy.push();
  const parent = await finished(platform, "resubmit#1");

  const { status, body } = await platform.call(
    "POST",
    `/api/v1/experiments/${parent.id}/resubmit`,
    {
      overrides: { params: { word: "two" } },
    },
  );

  expect(status).toBe(201);
  const child = await finished(platform, body.id);
  expect(child).toMatchObject({
    status: "Succeeded",
    parentId: parent.id,
    params: { word: "two" },
    source: { commit: parent.source.commit },
    image: { digest: parent.image.digest, reused: true },
  });
  expect(await logOf(platform, child.id)).toBe("one\ntwo\n");
});

test("what does not enter the image needs no build; what does is named", async () => {
  const files = {
    ...repositoryFiles("cat data.txt"),
    "data.txt": "one\n",
    ".dockerignore": "notes.md\n",
  };
  const copy = await projects.create("reuse", files);
  await copy.commit("exp: built");
  await copy.commit("exp: reused", { "notes.md": "a note" });
  await copy.commit("exp: built again", { "data.txt": "two\n" });

  await copy.push();

  const [first, second, third] = await Promise.all(
    [1, 2, 3].map((number) => finished(platform, `reuse#${number}`)),
  );
  expect(first).toMatchObject({ status: "Succeeded" });
  expect(second.image.digest).toBe(first.image.digest);
  expect(third.image.digest).not.toBe(first.image.digest);
  expect(await logOf(platform, third.id)).toBe("two\n");
});

test("the manifest's faults are told to the pusher and to the step, each at its line", async () => {
  const files = repositoryFiles("true");
  const copy = await projects.create("faulty", {
    ...files,
    "manifest.yaml": (files["manifest.yaml"] ?? "").replace("command:", "comand:"),
  });
  await copy.commit("exp: with a typo");

  const told = await copy.push();

  expect(told).toMatch(/remote: .*manifest\.yaml, line 7, column 3: .*comand.*command/);
  const experiment = await finished(platform, "faulty#1");
  expect(experiment.steps[1]).toMatchObject({
    status: "Failed",
    exception: { kind: "ManifestInvalid" },
  });
  expect(experiment.steps[1].exception.message).toMatch(/line 7, column 3/);
});

test("a commit without a manifest fails in Cloning with what to do", async () => {
  const copy = await projects.create("bare", { "README.md": "nothing here" });
  await copy.commit("exp: nothing to run");

  await copy.push();

  const experiment = await finished(platform, "bare#1");
  expect(experiment.steps[1].exception).toMatchObject({ kind: "ManifestMissing" });
  expect(experiment.steps[1].exception.message).toMatch(
    /^There is no manifest\.yaml or manifest\.yml at commit/,
  );
});

test("a Dockerfile that fails is told with its line, and its output is the step's log", async () => {
  const copy = await projects.create("dockerfile", {
    ...repositoryFiles("true"),
    Dockerfile: "FROM assay/busybox:local\nRUN echo about to fail && exit 7\n",
  });
  await copy.commit("exp: cannot be built");

  await copy.push();

  const experiment = await finished(platform, "dockerfile#1");
  expect(experiment.steps[2]).toMatchObject({
    status: "Failed",
    exception: { kind: "BuildFailed" },
  });
  expect(experiment.steps[2].exception.message).toMatch(/Dockerfile:2/);
  expect(await logOf(platform, "dockerfile#1", "?step=Building")).toMatch(/about to fail/);
});
