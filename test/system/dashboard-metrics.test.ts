import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";

import { TestBrowser } from "../support/browser.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
let projects: Projects;
let browser: TestBrowser;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser.stop();
  await projects.remove();
  await platform.stop();
});

const open = async (path: string, options: Parameters<TestBrowser["open"]>[0] = {}) => {
  const page = await browser.openSignedIn(platform, options);
  await page.goto(`${platform.url}${path}`);
  return page;
};
const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const report = (runId: string, body: object) =>
  platform.call("POST", `/api/v1/runs/${runId}/metrics`, body);
const dummy = (params: string) =>
  repositoryFiles("sleep 0.1", {
    spec: "engineName: dummy",
    top: `name: ${params.replace(/\W+/g, "-")}\nparams: { ${params} }`,
  });

/** Three finished experiments of one project with curves. */
async function threeWithCurves(slug: string): Promise<readonly string[]> {
  const copy = await projects.create(slug, { ...dummy("lr: 0.1"), "train.py": "one\n" });
  await copy.commit("exp: the first");
  await copy.push();
  await copy.commit("exp: the second", { ...dummy("lr: 0.03, depth: 4"), "train.py": "two\n" });
  await copy.push();
  await copy.commit("exp: the third", { ...dummy("lr: 0.01"), "notes.md": "new\n" });
  await copy.push();
  const references = [1, 2, 3].map((number) => `${slug}#${number}`);
  for (const [index, reference] of references.entries()) {
    const { runs } = await finished(platform, reference);
    await report(runs[0].id, curve(index + 1));
  }
  return references;
}

/** Falls to a loss of 1 / rank, and reaches an accuracy of 1 - 0.1 / rank. */
const curve = (rank: number) =>
  Array.from({ length: 60 }, (_, index) => ({
    step: (index + 1) * 10,
    loss: 1 / rank + 2 * Math.exp(-index / 12) + 0.05 * Math.sin(index * rank),
    "val/accuracy": 1 - 0.1 / rank - 0.6 * Math.exp(-index / 9),
  }));

test("curves are drawn as they come, and told in words", async () => {
  const copy = await projects.create(
    "curves",
    repositoryFiles("sleep 600", { spec: "engineName: dummy" }),
  );
  await copy.commit("exp: with curves");
  await copy.push();
  const { runs } = await atStep(platform, "curves#1", "Running");
  const page = await open("/experiments/curves%231");
  await region(page, "Metrics").getByText("metrics.jsonl").waitFor();

  await report(runs[0].id, [
    { step: 1, loss: 3 },
    { step: 2, loss: 2, seconds: 7 },
  ]);
  await page.getByRole("img", { name: "loss. loss: 2 points from 2 to 3, the last 2." }).waitFor();
  await report(runs[0].id, { step: 3, loss: "NaN" });
  await page.getByRole("img", { name: /3 points from 2 to 3, the last NaN/ }).waitFor();

  await region(page, "Metrics").getByRole("definition").filter({ hasText: "7" }).waitFor();
  const canvas = page.getByRole("img", { name: /^loss/ }).locator("canvas");
  expect(await canvas.count()).toBe(1);
  await region(page, "Resources")
    .getByRole("img", { name: /^CPUs\. worker-0: / })
    .waitFor();
  await platform.call("POST", "/api/v1/experiments/curves%231/cancel", { kill: true });
  await finished(platform, "curves#1");
  expect(browser.complaints).toEqual([]);
});

test("metrics and parameters become columns, and sort and narrow down the list", async () => {
  await threeWithCurves("columned");
  const page = await open("/?project=columned");
  await page.getByText("Columns").click();
  await page.getByLabel("metric.val/accuracy").check();
  await page.getByLabel("param.lr").check();
  await page.getByText("Columns").click();
  const numbers = () => page.getByRole("link", { name: /^columned#/ }).allTextContents();

  const head = page.getByRole("columnheader", { name: "val/accuracy" });
  await head.getByRole("button").click();
  await waitFor("the best first", async () => (await numbers())[0] === "columned#3");
  expect(await head.getAttribute("aria-sort")).toBe("descending");
  await head.getByRole("button").click();
  await waitFor("the worst first", async () => (await numbers())[0] === "columned#1");
  await page.getByLabel("Condition on a metric or parameter").fill("metric.val/accuracy>0.92");
  await page.keyboard.press("Enter");
  await waitFor("two of three", async () => (await numbers()).length === 2);
  await page.reload();

  await waitFor(
    "the same after a reload",
    async () => (await numbers()).join() === "columned#2,columned#3",
  );
  await page.getByRole("row").filter({ hasText: "columned#2" }).getByText("0.03").waitFor();
  expect(browser.complaints).toEqual([]);
});

test("selected experiments are compared, and the address is the comparison", async () => {
  await threeWithCurves("compared");
  const page = await open("/?project=compared");
  await page.getByLabel("Select compared#1").check();
  const group = page.getByRole("group", { name: "Selected experiments" });
  expect(await group.getByRole("button", { name: "Compare" }).getAttribute("aria-disabled")).toBe(
    "true",
  );
  await page.getByLabel("Select compared#2").check();
  await group.getByRole("link", { name: "Compare" }).click();

  await page.getByRole("heading", { name: "Compare" }).waitFor();
  expect(new URL(page.url()).search).toMatch(/^\?id=compared\/\d&id=compared\/\d$/);
  await page
    .getByRole("row", { name: /params\.lr/ })
    .getByText("0.03")
    .waitFor();
  await page.getByRole("row", { name: /metrics\.val\/accuracy/ }).waitFor();
  expect(await page.getByRole("row", { name: /^engine/ }).count()).toBe(0);
  await page.getByRole("button", { name: /equal rows/ }).click();
  await page.getByRole("row", { name: /^engine/ }).waitFor();
  await page
    .getByRole("img", { name: /^loss\. compared#\d: 60 points.*compared#\d: 60 points/ })
    .waitFor();

  await page.getByLabel("Another experiment").fill("compared#3");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("columnheader", { name: /compared#3/ }).waitFor();
  await page.getByLabel("From", { exact: true }).selectOption({ label: "compared#1" });
  await page.getByLabel("To", { exact: true }).selectOption({ label: "compared#3" });
  const source = region(page, "Source");
  await source
    .getByRole("listitem")
    .filter({ hasText: /train\.py/ })
    .getByText("modified +1 −1")
    .waitFor();
  await source
    .getByRole("listitem")
    .filter({ hasText: /notes\.md/ })
    .getByText("added +1 −0")
    .waitFor();
  await region(page, "Manifest").getByText("− params: { lr: 0.1 }").waitFor();
  await page.reload();
  await page.getByRole("columnheader", { name: /compared#3/ }).waitFor();
  await page.getByRole("button", { name: "Leave compared#2 out" }).click();

  await page.getByRole("columnheader", { name: /compared#2/ }).waitFor({ state: "detached" });
  expect(browser.complaints).toEqual([]);
});

test("what a comparison cannot find it says, and the rest is shown", async () => {
  await threeWithCurves("partly");
  const page = await open("/compare?id=partly/1&id=partly/9&id=partly/2");

  await page
    .getByText('There is no experiment "partly#9".')
    .or(page.getByText('"partly/9"'))
    .first()
    .waitFor();
  await page.getByRole("columnheader", { name: /partly#2/ }).waitFor();
  await page.getByRole("button", { name: "Leave it out" }).click();
  await page.getByText('"partly/9"').waitFor({ state: "detached" });
  expect(new URL(page.url()).search).toBe("?id=partly/1&id=partly/2");
});
