import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { DEFAULT_SETTINGS } from "../../src/core/project.ts";
import { RefReconciler } from "../../src/pipeline/verbs/reconcile-refs.ts";
import { repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { recordingLog } from "../support/recording-log.ts";

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

test("a push that was stored but not decided is decided, also beside a project whose repository is broken", async () => {
  await platform.ports.database.projects.create({
    slug: "broken",
    name: "a project without its folder",
    forge: "builtin",
    repository: undefined,
    engine: "dummy",
    settings: DEFAULT_SETTINGS,
    webhookSecret: "secret",
  });
  const copy = await projects.create(
    "lost",
    repositoryFiles("echo found", { spec: "engineName: dummy" }),
  );
  await copy.commit("exp: while the server dies");
  // As the server stores it, without the hook that reports it.
  const stored = join(platform.dataDirectory, "git", "lost.git");
  await copy.git(
    "push",
    "--receive-pack",
    "git -c core.hooksPath=/dev/null receive-pack",
    stored,
    "HEAD",
  );
  const { log, told } = recordingLog();
  const reconciler = new RefReconciler({ ...platform.ports, log });

  await reconciler.reconcile();
  expect((await platform.call("GET", "/api/v1/experiments")).body.items).toEqual([]);
  await reconciler.reconcile();
  await reconciler.reconcile();

  const { items } = (await platform.call("GET", "/api/v1/experiments")).body;
  expect(items).toMatchObject([{ name: "while the server dies" }]);
  expect(told("warn", /not decided/)).toMatchObject([{ project: "lost", refs: 1 }]);
  expect(told("warn", /cannot be read/)).toMatchObject([{ project: "broken" }]);
});

test("each reconciler has suspicions of its own", async () => {
  const copy = await projects.create(
    "suspected",
    repositoryFiles("echo found", { spec: "engineName: dummy" }),
  );
  await copy.commit("exp: just being reported");
  const stored = join(platform.dataDirectory, "git", "suspected.git");
  await copy.git(
    "push",
    "--receive-pack",
    "git -c core.hooksPath=/dev/null receive-pack",
    stored,
    "HEAD",
  );
  const { log, told } = recordingLog();

  await new RefReconciler({ ...platform.ports, log }).reconcile();
  await new RefReconciler({ ...platform.ports, log }).reconcile();

  expect(told("warn", /not decided/)).toEqual([]);
});
