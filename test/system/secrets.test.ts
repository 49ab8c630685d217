import { createHash } from "node:crypto";

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

const CANARY = "c4n4ry/of+a secret";
const set = (project: string, name: string, value: unknown) =>
  platform.call("PUT", `/api/v1/projects/${project}/secrets/${name}`, { value });

test("an experiment gets the secrets that its manifest asks for, and nobody reads them", async () => {
  const command =
    'printf %s "$TOKEN" | sha256sum; echo "it is $TOKEN"; printf %s "$TOKEN" | base64; printf %s "$TOKEN" | xxd -p; test -z "$OTHER"';
  const copy = await projects.create("asks", repositoryFiles(command, { top: "secrets: [TOKEN]" }));
  expect(await set("asks", "TOKEN", CANARY)).toMatchObject({
    status: 200,
    body: { name: "TOKEN", version: 1, createdBy: "admin" },
  });
  await set("asks", "OTHER", "not asked for");
  await copy.commit("exp: run");
  const terminal = await copy.push();

  const experiment = await finished(platform, "asks#1");
  const log = await logOf(platform, "asks#1");
  const { body: run } = await platform.call("GET", `/api/v1/runs/${experiment.runs[0].id}`);
  const { body: list } = await platform.call("GET", "/api/v1/projects/asks/secrets");
  const tables = await platform.knex("runs").select("plan");

  expect(experiment).toMatchObject({ status: "Succeeded" });
  const sum = createHash("sha256").update(CANARY).digest("hex");
  expect(log).toBe(`${sum}  -\nit is ***\n***\n***\n`);
  expect(run.secrets).toEqual({ TOKEN: 1 });
  expect(list.items.map(({ name }: { readonly name: string }) => name)).toEqual(["OTHER", "TOKEN"]);
  for (const answer of [experiment, run, list, tables, terminal])
    expect(JSON.stringify(answer)).not.toContain("c4n4ry");
});

test("a secret that the project does not have is told in the terminal, at its line", async () => {
  const copy = await projects.create("typo", repositoryFiles("true", { top: "secrets: [TOKN]" }));
  await set("typo", "TOKEN", CANARY);
  await copy.commit("exp: run");

  expect(await copy.push()).toContain(
    "manifest.yaml, line 3, column 11: TOKN is no secret of this project, did you mean TOKEN?",
  );
  expect((await finished(platform, "typo#1")).steps[1].exception.kind).toBe("ManifestInvalid");
});

test("a project may give all its secrets unasked; the manifest's own variables win", async () => {
  const files = repositoryFiles('test "$TOKEN" = "c4n4ry/of+a secret" && test "$MODE" = own', {
    spec: "env: { MODE: own }",
  });
  const copy = await projects.create("gives-all", files, { secrets: "all" });
  await set("gives-all", "TOKEN", CANARY);
  await set("gives-all", "MODE", "the project's");
  await copy.commit("exp: run");
  await copy.push();

  expect(await finished(platform, "gives-all#1")).toMatchObject({ status: "Succeeded" });
});

test("what cannot be a secret is refused with a sentence", async () => {
  await projects.create("strict", repositoryFiles("true"));

  expect(await set("strict", "ASSAY_TOKEN", CANARY)).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining("is set by Assay") },
  });
  expect(await set("strict", "PIN", "1234")).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining("logs could not hide it") },
  });
  expect(await platform.call("DELETE", "/api/v1/projects/strict/secrets/PIN")).toMatchObject({
    status: 404,
  });
});

test("a secret that was removed is given to nothing new", async () => {
  const copy = await projects.create(
    "removed",
    repositoryFiles("true", { top: "secrets: [TOKEN]" }),
  );
  await set("removed", "TOKEN", CANARY);
  const { status } = await platform.call("DELETE", "/api/v1/projects/removed/secrets/TOKEN");
  await copy.commit("exp: run");
  await copy.push();

  expect(status).toBe(204);
  expect((await finished(platform, "removed#1")).status).toBe("Failed");
});
