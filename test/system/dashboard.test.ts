import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";

import { freePort, TestBrowser } from "../support/browser.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
let projects: Projects;
let browser: TestBrowser;

beforeAll(async () => {
  // A port that it has again after a restart, under the pages that are open.
  platform = await startPlatform({ port: await freePort() });
  projects = new Projects(platform);
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser.stop();
  await projects.remove();
  await platform.stop();
});

const ESC = "\u001b";
const dummy = (command: string, top?: string) =>
  repositoryFiles(command, { spec: "engineName: dummy", ...(top !== undefined && { top }) });
const openList = async (query = ""): Promise<Page> => {
  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/${query}`);
  return page;
};
const openExperiment = async (reference: string): Promise<Page> => {
  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/experiments/${encodeURIComponent(reference)}`);
  return page;
};
const log = (page: Page) => page.getByRole("region", { name: "Log" });
const step = (page: Page, name: string) =>
  page.getByRole("list", { name: "Steps" }).getByRole("listitem").filter({ hasText: name });
/** Something on the page that says this. */
const sees = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

test("one signs in with a token, is led to where one wanted to go, and out again", async () => {
  const page = await browser.open();
  await page.goto(`${platform.url}/engines`);

  await page.getByLabel("Token").fill("not a token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await sees(page, "This token is not known here.");
  await page.getByLabel("Token").fill(platform.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Queue" }).waitFor();

  expect(new URL(page.url()).pathname).toBe("/engines");
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ name: "assay_session", httpOnly: true, sameSite: "Strict" }]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  await page.goto(platform.url);
  await page.getByLabel("Token").waitFor();
});

test("a push appears in the open list, which said before how to push", async () => {
  const copy = await projects.create("seen", dummy("sleep 0.1"));
  const page = await openList("?project=seen");
  await sees(page, "No experiments yet");
  await sees(page, `git remote add assay ${platform.url}/git/seen.git`);

  await copy.commit("exp: appear by itself");
  await copy.push();

  const row = page.getByRole("row").filter({ hasText: "appear by itself" });
  await row.filter({ hasText: "Succeeded" }).waitFor();
  await row.getByRole("link", { name: "seen#1" }).click();
  await page.getByRole("heading", { name: "seen#1" }).waitFor();
  expect(await page.title()).toBe("seen#1 Succeeded · Assay");
});

test("the list's filters are in its address", async () => {
  const copy = await projects.create("filtered", dummy("true"));
  await copy.commit("exp: good");
  await copy.push();
  await copy.commit("exp: bad", dummy("exit 1"));
  await copy.push();
  await Promise.all(["filtered#1", "filtered#2"].map((id) => finished(platform, id)));

  const page = await openList();
  await page.getByLabel("Project").selectOption("filtered");
  await page.getByLabel("Status").selectOption("Failed");
  await page.getByRole("link", { name: "filtered#2" }).waitFor();
  await page.getByRole("link", { name: "filtered#1" }).waitFor({ state: "detached" });
  await sees(page, /ended with exit code 1/);
  await page.reload();
  await page.getByRole("link", { name: "filtered#2" }).waitFor();
  await page.getByLabel("Search", { exact: true }).fill("nothing like it");

  await sees(page, "No experiment is like this.");
  expect(new URL(page.url()).search).toBe("?project=filtered&status=Failed&q=nothing+like+it");
});

test("a log is followed to its end, and the steps with it", async () => {
  const command = `echo first; sleep 2; echo ${ESC}[31mlast${ESC}[0m`;
  const copy = await projects.create("followed", dummy(command));
  await copy.commit("exp: follow me");
  await copy.push();
  const page = await openExperiment("followed#1");

  await log(page).getByText("first").waitFor();
  await log(page).getByText("last").waitFor();
  await sees(page, "The log of Running has ended.");
  await step(page, "Completed").filter({ hasText: "Succeeded" }).waitFor();

  const names = await page
    .getByRole("list", { name: "Steps" })
    .getByRole("listitem")
    .allInnerTexts();
  expect(names.map((text) => text.split(/\s/, 1)[0])).toEqual([
    "Waiting",
    "Cloning",
    "Building",
    "Submitting",
    "Running",
    "Completed",
  ]);
  expect(await log(page).getByText("last").getAttribute("class")).toBe("ansi-1");
  expect(await page.title()).toBe("followed#1 Succeeded · Assay");
});

test("a log is followed through a restart of the server", async () => {
  const copy = await projects.create("restarted", dummy("echo before; sleep 5; echo after"));
  await copy.commit("exp: outlive the server");
  await copy.push();
  await atStep(platform, "restarted#1", "Running");
  const page = await openExperiment("restarted#1");
  await log(page).getByText("before").waitFor();

  await platform.restart();

  await log(page).getByText("after").waitFor();
  expect(await log(page).getByText("before").count()).toBe(1);
});

test("Cancel ends it, and says why there is nothing more to cancel", async () => {
  const copy = await projects.create("cancelled", dummy("echo working; sleep 600"));
  await copy.commit("exp: far too long");
  await copy.push();
  const page = await openExperiment("cancelled#1");
  await log(page).getByText("working").waitFor();
  const archive = page.getByRole("button", { name: "Archive" });
  expect(await archive.getAttribute("aria-disabled")).toBe("true");
  expect(await archive.getAttribute("title")).toBe("It is still active: cancel it first.");

  await page.getByRole("button", { name: "Cancel" }).click();

  await step(page, "Running").filter({ hasText: "Cancelled" }).waitFor();
  const cancel = page.getByRole("button", { name: "Cancel" });
  await waitFor(
    "the reason",
    async () => (await cancel.getAttribute("title")) === "It has already finished.",
  );
  await archive.click();
  await page.getByRole("button", { name: "Unarchive" }).waitFor();
});

test("Resubmit sends what was changed, and leads to the new experiment", async () => {
  const copy = await projects.create(
    "again",
    dummy('echo "lr is $PARAM_LR"', "params: { lr: 0.1, mode: fast }"),
  );
  await copy.commit("exp: the original");
  await copy.push();
  await finished(platform, "again#1");
  const page = await openExperiment("again#1");

  await page.getByRole("button", { name: "Resubmit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("lr", { exact: true }).fill("0.003");
  await dialog.getByText("lr 0.1 → 0.003").waitFor();
  await dialog.getByRole("button", { name: "Resubmit" }).click();

  await page.getByRole("heading", { name: "again#2" }).waitFor();
  await log(page).getByText("lr is 0.003").waitFor();
  const { params, parentId } = await finished(platform, "again#2");
  expect(params).toEqual({ lr: 0.003, mode: "fast" });
  expect(parentId).toBe((await finished(platform, "again#1")).id);
});

test("what waits for approval says so, and Approve lets it go", async () => {
  const copy = await projects.create("approved", dummy("true", "approval: true"));
  await copy.commit("exp: may I");
  await copy.push();
  const page = await openExperiment("approved#1");
  await step(page, "Waiting").filter({ hasText: "waiting for approval" }).waitFor();

  await page.getByRole("button", { name: "Approve" }).click();

  await step(page, "Completed").filter({ hasText: "Succeeded" }).waitFor();
  expect((await finished(platform, "approved#1")).status).toBe("Succeeded");
});

test("a failure is told first, in words and with the log's last lines; outputs are there to download", async () => {
  const copy = await projects.create(
    "failed",
    repositoryFiles('echo out > "$ASSAY_OUTPUT_PATH/a file#1.txt"; echo no such file >&2; exit 2'),
  );
  await copy.commit("exp: fail");
  await copy.push();
  await finished(platform, "failed#1");
  const page = await openExperiment("failed#1");

  const failure = page.getByRole("region", { name: "What went wrong" });
  await failure.getByRole("heading", { name: /Running: .*exit code 2/ }).waitFor();
  await failure.getByText("no such file").waitFor();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "a file#1.txt" }).click();

  expect((await downloading).suggestedFilename()).toBe("a file#1.txt");
});

test("selected experiments are cancelled together, after one question", async () => {
  const copy = await projects.create("many", dummy("sleep 600"));
  for (const name of ["one", "two"]) {
    await copy.commit(`exp: ${name}`);
    await copy.push();
  }
  const page = await openList("?project=many");
  await page.getByLabel("Select many#1").check();
  await page.getByLabel("Select many#2").check();

  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel 2" }).click();

  await page.getByRole("status").filter({ hasText: "2 cancelled." }).waitFor();
  const rows = page.getByRole("row").filter({ hasText: "Cancelled" });
  await waitFor("both to be cancelled", async () => (await rows.count()) === 2);
  const { status } = await finished(platform, "many#2");
  expect(status).toBe("Cancelled");
});

test("a log of many megabytes opens at its end at once, and is read backwards in pieces", async () => {
  const copy = await projects.create("long", {
    ...dummy("echo the very end"),
    "manifest.yaml": (dummy("echo the very end")["manifest.yaml"] ?? "").replace(
      "  types:",
      '  env: { DUMMY_LOG_LINES: "300000" }\n  types:',
    ),
  });
  await copy.commit("exp: talk a lot");
  await copy.push();
  await finished(platform, "long#1");
  const page = await openExperiment("long#1");
  let bytes = 0;
  page.on("response", (response) => {
    if (response.url().includes("/logs?"))
      bytes += Number(response.headers()["content-length"] ?? 0);
  });

  await log(page).getByText("the very end").waitFor();
  await page.getByRole("button", { name: /come before this/ }).click();
  await waitFor("the second piece", () => bytes > 300_000);

  expect(bytes).toBeLessThan(1_000_000);
  await log(page).getByLabel("Search the log").fill("the very end");
  await sees(page, "1 of 1");
});

test("hostile messages, names and logs are text, whatever they hold", async () => {
  const markup =
    '<img src=x onerror="document.title=`owned`"><script>document.title=`owned`</script>';
  const link = `${ESC}]8;;javascript:alert(1)${ESC}\\click${ESC}]8;;${ESC}\\`;
  const copy = await projects.create("hostile", dummy(`echo '${markup}'; echo '${link}'`));
  await copy.commit(`exp: ${markup}`);
  await copy.push();
  await finished(platform, "hostile#1");

  const list = await openList("?project=hostile");
  await sees(list, "<img src=x onerror=");
  const page = await openExperiment("hostile#1");
  await log(page).getByText("<script>").waitFor();
  await log(page).getByText("click").waitFor();

  for (const each of [list, page]) {
    expect(await each.title()).not.toContain("owned");
    expect(await each.locator("img").count()).toBe(0);
    expect(await each.locator('a[href^="javascript"]').count()).toBe(0);
  }
});

test("deliveries say what arrived and why it started nothing", async () => {
  const copy = await projects.create("delivered", dummy("true"));
  await copy.commit("no experiment");
  await copy.push();

  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/projects/delivered/deliveries`);

  const rows = page.getByRole("row").filter({ hasText: "does not start with exp:" });
  await rows.first().waitFor();
  expect(await rows.count()).toBe(2);
});

test("the queue is paused and resumed where its reasons are shown", async () => {
  const copy = await projects.create("queued", dummy("true"));
  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/engines`);
  const queue = page.getByRole("region", { name: "Queue" });

  await queue.getByRole("button", { name: "Pause" }).click();
  await queue.getByRole("heading", { name: "Queue paused" }).waitFor();
  await copy.commit("exp: wait for me");
  await copy.push();
  await queue.getByRole("link", { name: "queued#1" }).waitFor();
  await queue.getByRole("button", { name: "Resume" }).click();

  await queue.getByRole("heading", { name: "Queue open" }).waitFor();
  expect((await finished(platform, "queued#1")).status).toBe("Succeeded");
});

test("a dataset is uploaded, downloaded and deleted, in the folder that is open", async () => {
  await projects.create("data", dummy("true"));
  const page = await browser.openSignedIn(platform);
  await page.goto(`${platform.url}/projects/data/datasets?bucket=input&prefix=images%2F`);
  await sees(page, "Nothing is here.");

  const name = "a #1 <b>.txt";
  await page
    .getByLabel(/Upload to this folder/)
    .setInputFiles({ name, mimeType: "text/html", buffer: Buffer.alloc(3_000_000, "x") });
  await sees(page, "is there");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name }).click();

  expect((await downloading).suggestedFilename()).toMatch(/^a #1 .*\.txt$/);
  const key = encodeURIComponent(name);
  const object = `/api/v1/projects/data/buckets/input/objects/images/${key}`;
  expect((await platform.call("GET", object)).body.length).toBe(3_000_000);
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await sees(page, "Nothing is here.");
  expect((await platform.call("GET", object)).status).toBe(404);
});

test("no page complained, of an error or of its content policy", () => {
  expect(browser.complaints).toEqual([]);
});
