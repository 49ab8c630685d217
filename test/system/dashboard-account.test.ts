import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { TestBrowser } from "../support/browser.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let browser: TestBrowser;
beforeAll(async () => {
  platform = await startPlatform();
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser.stop();
  await platform.stop();
});

test("an administrator lets somebody in, who makes and ends a token, and is let out again", async () => {
  const admin = await browser.openSignedIn(platform, {});
  await admin.goto(`${platform.url}/account`);
  const users = admin.getByRole("region", { name: "Users" });
  await users.getByLabel("Name").fill("bob");
  await users.getByRole("button", { name: "Let in" }).click();
  const token = await users.getByRole("status").locator(".code").innerText();
  await users.getByRole("row", { name: /^bob user/ }).waitFor();

  const bob = await browser.open({});
  await bob.goto(`${platform.url}/account`);
  await bob.getByLabel("Token").fill(token);
  await bob.getByRole("button", { name: "Sign in" }).click();
  await bob.getByRole("heading", { name: "bob" }).waitFor();
  expect(await bob.getByRole("region", { name: "Users" }).count()).toBe(0);
  await bob.getByLabel("Used where").fill("nightly");
  await bob.getByLabel("Expires").selectOption("in 90 days");
  await bob.getByRole("button", { name: "Make a token" }).click();
  const row = bob.getByRole("row", { name: /^nightly/ });
  await row.waitFor();
  expect(await bob.getByRole("status").innerText()).toMatch(/^The token nightly, .* assay_/);
  await row.getByRole("button", { name: "Delete nightly" }).click();
  await row.getByRole("button", { name: "Delete for good" }).click();
  await row.waitFor({ state: "detached" });

  await users.getByRole("button", { name: "Delete bob" }).click();
  await users.getByRole("button", { name: "Delete for good" }).click();
  await users.getByRole("row", { name: /^bob/ }).waitFor({ state: "detached" });
  await bob.reload();
  await bob.getByLabel("Token").waitFor();
});
