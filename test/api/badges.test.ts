import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Project } from "../../src/core/project.ts";
import { type Api, createTestExperiment, createTestProject, startApi } from "./start-api.ts";

let api: Api;
let project: Project;
beforeAll(async () => {
  api = await startApi();
  project = await createTestProject(api.ports.database);
});
afterAll(() => api.stop());

const badge = (path: string): Promise<Response> => fetch(`${api.url}/badges/${path}`);

test("a badge shows to everybody how the newest experiment stands, and by its tag that nothing changed", async () => {
  expect(await (await badge("digits.svg")).text()).toContain("<title>experiment: unknown</title>");
  const { database } = api.ports;
  const first = await createTestExperiment(database, project);
  await database.experiments.advance(first, { step: "Waiting", status: "Cancelled" });
  await createTestExperiment(database, project, {
    source: { ...first.source, branch: "side", commit: "b".repeat(40) },
  });

  const newest = await badge("digits.svg");
  const ofMain = await badge(`digits.svg?branch=${first.source.branch}`);
  const again = await badge("digits.svg");

  expect(newest.headers.get("content-type")).toMatch(/^image\/svg\+xml/);
  expect(newest.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  expect(await newest.text()).toContain("<title>digits: created</title>");
  expect(await ofMain.text()).toContain("<title>digits: cancelled</title>");
  expect(again.headers.get("etag")).toBe(newest.headers.get("etag"));
  expect(ofMain.headers.get("etag")).not.toBe(newest.headers.get("etag"));
});

test("a badge tells nobody which projects there are, and takes no markup from its address", async () => {
  const none = await badge("none.svg");
  const hostile = await badge(`${encodeURIComponent("<script>alert(1)</script>")}.svg`);

  expect(none.status).toBe(200);
  expect(await none.text()).toContain("<title>experiment: unknown</title>");
  expect(await hostile.text()).not.toContain("<script>");
  expect(none.headers.get("content-security-policy")).toContain("default-src 'none'");
});
