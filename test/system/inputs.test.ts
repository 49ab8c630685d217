import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
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

const MAKE =
  "cd $ASSAY_OUTPUT_PATH && mkdir model && echo weights > model/weights && ln -s /etc out && sleep 1";

/** A project whose first experiment, named base, is making a model. */
async function withBase(name: string): Promise<WorkingCopy> {
  const copy = await projects.create(name, repositoryFiles(MAKE, { top: "name: base" }));
  await copy.commit("exp: make");
  await copy.push();
  return copy;
}

/** Pushes an experiment with inputs. */
async function push(copy: WorkingCopy, inputs: string, command: string): Promise<void> {
  await copy.commit("exp: use", repositoryFiles(command, { top: `inputs: [${inputs}]` }));
  await copy.push();
}

test("an experiment waits for those whose outputs it sees, and cannot change them", async () => {
  const copy = await withBase("chain");
  await push(
    copy,
    "{ from: base, path: model/, as: model }, { from: 1, path: model/weights, as: file }, { from: chain#1, as: all }",
    "cd /assay/inputs && cat model/weights file all/model/weights && ! touch model/new && ! rm all/model/weights",
  );

  const used = await finished(platform, "chain#2");

  expect(used.status).toBe("Succeeded");
  const { body: run } = await platform.call("GET", `/api/v1/runs/${used.runs[0].id}`);
  expect(run.inputs[1]).toEqual({
    experimentId: expect.any(String),
    path: "model/weights",
    as: "file",
  });
  expect(await logOf(platform, "chain#2")).toContain("weights\nweights\nweights\n");
  const base = await finished(platform, "chain#1");
  expect(Date.parse(used.steps[1].startedAt)).toBeGreaterThanOrEqual(Date.parse(base.finishedAt));
});

test("outputs that are not there are told before anything starts, and a link is none", async () => {
  const copy = await withBase("missing");
  await push(copy, "{ from: 1, path: modle, as: model }", "true");
  await push(copy, "{ from: 1, path: out/passwd, as: model }", "true");

  expect((await finished(platform, "missing#2")).steps[3].exception).toMatchObject({
    kind: "InputMissing",
    message: "The input model is not there: the outputs of missing#1 have no modle.",
  });
  expect((await finished(platform, "missing#3")).steps[3].exception.kind).toBe("InputMissing");
});

test("an experiment that is not there cannot be an input", async () => {
  const copy = await projects.create("nobody", repositoryFiles("true"));
  await push(copy, "{ from: 77, as: model }", "true");

  expect((await finished(platform, "nobody#1")).steps[0].exception).toMatchObject({
    kind: "NeedFailed",
    message: "It needs 77, which is not there.",
  });
});
