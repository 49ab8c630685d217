import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";

import { TestBrowser } from "../support/browser.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let browser: TestBrowser;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await TestBrowser.start();
  for (const project of [
    { name: "digits", forge: "builtin" },
    { name: "letters", forge: "github", repository: "https://github.example/lab/letters.git" },
  ])
    await platform.call("POST", "/api/v1/projects", project);
});
afterAll(async () => {
  await browser.stop();
  await platform.stop();
});

const open = async (slug: string): Promise<Page> => {
  const page = await browser.openSignedIn(platform, {});
  await page.goto(`${platform.url}/projects/${slug}`);
  await page.getByRole("region", { name: "Variables" }).waitFor();
  return page;
};
const get = async (path: string) => (await platform.call("GET", `/api/v1/projects/${path}`)).body;

test("settings are changed, and a wrong one is answered in place", async () => {
  const page = await open("digits");
  const general = page.getByRole("region", { name: "General" });
  await general.getByLabel("At one time").fill("3");
  await general.getByLabel("Branches").fill("main\nexp/*");
  await general.getByLabel("Building ends after").fill("90m");
  await general.getByRole("button", { name: "Save" }).click();
  await general.getByText("Saved.").waitFor();

  const { settings } = await get("digits");
  await general.getByLabel("Building ends after").fill("soon");
  await general.getByRole("button", { name: "Save" }).click();
  const answer = await general.getByRole("alert").innerText();

  expect(settings).toMatchObject({
    maxActive: 3,
    branches: ["main", "exp/*"],
    buildTimeoutSeconds: 5400,
    commits: "all",
  });
  expect(answer).toMatch(/buildTimeoutSeconds.*90s/);
  await page.close();
});

test("variables, secrets and volumes are set and deleted, and a secret is never shown", async () => {
  const page = await open("digits");
  const set = async (region: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    const part = page.getByRole("region", { name: region });
    for (const [label, value] of Object.entries(fields))
      await part.getByLabel(label, { exact: true }).fill(value);
    await part.getByRole("button", { name: "Set" }).click();
    await part.getByRole("row", { name: new RegExp(`^${fields["Name"]}`) }).waitFor();
  };

  await set("Variables", { Name: "DATASET", Value: "digits-v2" });
  await set("Secrets", { Name: "HF_TOKEN", Value: "hf_very_secret_value" });
  await set("Volumes", { Name: "datasets", Folder: "/srv/datasets" });

  expect((await get("digits/variables")).items).toEqual([{ name: "DATASET", value: "digits-v2" }]);
  expect((await get("digits/secrets")).items).toMatchObject([{ name: "HF_TOKEN", version: 1 }]);
  expect((await get("digits/volumes")).items).toEqual([
    { name: "datasets", hostPath: "/srv/datasets", readOnly: true },
  ]);
  expect(await page.content()).not.toContain("hf_very_secret_value");
  const secrets = page.getByRole("region", { name: "Secrets" });
  await secrets.getByRole("button", { name: "Delete HF_TOKEN" }).click();
  await secrets.getByRole("button", { name: "Delete for good" }).click();
  await secrets.getByRole("row").first().waitFor({ state: "detached" });
  expect((await get("digits/secrets")).items).toEqual([]);
  await page.close();
});

test("a forge's project says what to enter there, and tells a new secret once", async () => {
  const page = await open("letters");
  const pushes = page.getByRole("region", { name: "Pushes" });

  await pushes.getByText(`${platform.url}/webhooks/letters`).waitFor();
  await pushes.getByRole("button", { name: "New secret" }).click();
  await pushes.getByText("shown this once").waitFor();

  expect(await pushes.innerText()).toContain("Settings → Webhooks → Add webhook");
  await page.close();
});

test("who is no administrator reads all of it and changes nothing", async () => {
  const { token } = (await platform.call("POST", "/api/v1/users", { name: "bob" })).body;
  const page = await browser.open({});
  await page.goto(`${platform.url}/projects/digits`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "Variables" }).waitFor();

  expect(await page.getByLabel("At one time").isDisabled()).toBe(true);
  for (const name of ["Save", "Set", "Delete"])
    expect(await page.getByRole("button", { name }).count()).toBe(0);
  await page.close();
});

test("a project is deleted after one was asked once more, and is gone from the list", async () => {
  const page = await open("letters");
  const removal = page.getByRole("region", { name: "Delete the project" });
  await removal.getByRole("button", { name: "Delete letters" }).click();
  await removal.getByRole("button", { name: "Delete for good" }).click();
  await page.getByRole("combobox", { name: "Project" }).waitFor();

  expect((await platform.call("GET", "/api/v1/projects/letters")).status).toBe(404);
  await page.close();
});
