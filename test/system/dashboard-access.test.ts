import { afterAll, beforeAll, expect, test } from "@jest/globals";
import axe from "axe-core";

import { TestBrowser } from "../support/browser.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;
let browser: TestBrowser;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  browser = await TestBrowser.start();
  const dummy = (command: string) => repositoryFiles(command, { spec: "engineName: dummy" });
  await projects.create("fresh", dummy("true"));
  const copy = await projects.create("shown", dummy("echo hello; exit 3"));
  await copy.commit("exp: fails");
  await copy.push();
  await copy.commit("exp: runs", dummy("echo hello; sleep 600"));
  await copy.push();
  for (const { runs } of [
    await finished(platform, "shown#1"),
    await atStep(platform, "shown#2", "Running"),
  ])
    await platform.call("POST", `/api/v1/runs/${runs[0].id}/metrics`, [
      { step: 1, loss: 3, accuracy: 0.1 },
      { step: 2, loss: 2 },
    ]);
});
afterAll(async () => {
  await browser.stop();
  await projects.remove();
  await platform.stop();
});

/** The address, and a text that is there when the page is. */
const PAGES = [
  { name: "an empty list", path: "/?project=fresh", text: "No experiments yet" },
  { name: "the list", path: "/", text: "shown#2" },
  { name: "a running experiment", path: "/experiments/shown%232", text: "Following." },
  { name: "a failed experiment", path: "/experiments/shown%231", text: "has ended." },
  {
    name: "a list with columns",
    path: "/?project=shown&column=metric.loss&sort=metric.loss",
    text: "↑ loss",
  },
  { name: "a comparison", path: "/compare?id=shown/1&id=shown/2", text: "Between two" },
  { name: "an empty comparison", path: "/compare", text: "Select two" },
  { name: "the deliveries", path: "/projects/shown/deliveries", text: "shown#1" },
  { name: "the datasets", path: "/projects/shown/datasets", text: "Nothing is here." },
  { name: "a project", path: "/projects/shown", text: "Delete the project" },
  { name: "the engines", path: "/engines", text: "Nothing waits." },
  { name: "the account", path: "/account", text: "ASSAY_ADMIN_TOKEN" },
  { name: "an address of nothing", path: "/experiments/none%231", text: "cannot be shown" },
];

for (const scheme of ["light", "dark"] as const)
  test.each(PAGES)(`$name is accessible in ${scheme}`, async ({ path, text }) => {
    // The checker is a script of another origin than ours.
    const options = { colorScheme: scheme, bypassCSP: true };
    const page = await browser.openSignedIn(platform, options);

    await page.goto(`${platform.url}${path}`);
    await page.getByText(text).first().waitFor();

    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

test("the sign-in and the resubmit panel are accessible, and a phone sees them whole", async () => {
  const viewport = { width: 390, height: 844 };
  const stranger = await browser.open({ bypassCSP: true, viewport });
  await stranger.goto(platform.url);
  await stranger.getByLabel("Token").waitFor();
  const page = await browser.openSignedIn(platform, { bypassCSP: true, viewport });
  await page.goto(`${platform.url}/experiments/shown%231`);
  await page.getByRole("button", { name: "Resubmit" }).click();
  await page.getByRole("dialog").waitFor();

  for (const each of [stranger, page]) {
    expect(await seriousFindings(each)).toEqual([]);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await each.evaluate<number>(overflow)).toBe(0);
  }
});

test("the first page has at most 250 kB of scripts and styles on their way", async () => {
  const page = await browser.openSignedIn(platform);
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    if (request.url().includes("/assets/"))
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });

  await page.goto(platform.url);
  await page.getByText("shown#2").first().waitFor();

  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(250_000);
});

test("an experiment is found and opened, and its panel left again, by the keyboard alone", async () => {
  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/?project=shown`);
  const link = page.getByRole("link", { name: "shown#1" });
  await link.waitFor();

  await tabTo(page, "shown#1");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "shown#1" }).waitFor();
  await tabTo(page, "Resubmit");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await page.evaluate<string>("document.activeElement.textContent")).toBe("Resubmit");
});

type Page = Awaited<ReturnType<TestBrowser["open"]>>;

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: readonly Finding[] }>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
}

/** Presses Tab until what is focused is called that. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate<string>("document.activeElement.textContent")) === name) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}
