import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ForgeProject } from "../support/forge-project.ts";
import { ForgeServer, READ_ONLY, TOKEN } from "../support/forge-server.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { waitFor } from "../support/wait-for.ts";
import { Person, type Told } from "./assay.ts";

let platform: TestPlatform;
let forge: ForgeServer;
let digits: ForgeProject;
let ada: Person;

beforeAll(async () => {
  forge = await new ForgeServer().start();
  platform = await startPlatform();
  ada = await Person.create({ ASSAY_URL: platform.url, ASSAY_TOKEN: platform.token });
  digits = await ForgeProject.create(platform, "digits", "github", { "README.md": "no manifest" });
});
afterAll(async () => {
  await ada.remove();
  await digits.remove();
  await platform.stop();
  await forge.stop();
});

const credential = (input: string, ...more: readonly string[]): Promise<Told> =>
  ada.assay(["projects", "credential", "digits", "--api", forge.url, ...more], { input });

test("a token is read from a pipe, judged by the forge, and never repeated", async () => {
  const none = await credential("");
  const readOnly = await credential(READ_ONLY);
  const good = await credential(`${TOKEN}\n`);
  const shown = await ada.assay(["projects", "credential", "digits", "--show"]);

  expect(none).toMatchObject({ code: 2, err: expect.stringContaining("No token was given") });
  expect(readOnly).toMatchObject({
    code: 1,
    err: expect.stringContaining("Commit statuses: read and write"),
  });
  expect(good).toMatchObject({ code: 0, err: "" });
  expect(good.out).toContain(forge.url);
  expect(shown.out).toBe(good.out);
  for (const { out, err } of [readOnly, good, shown]) {
    expect(out + err).not.toContain(TOKEN);
    expect(out + err).not.toContain(READ_ONLY);
  }
});

test("an app is its id and the file of its key", async () => {
  const key = join(ada.home, "app.pem");
  await writeFile(key, forge.app.privateKey);
  const half = await credential("", "--app-id", "42");
  await writeFile(join(ada.home, "torn.pem"), forge.app.privateKey.slice(0, 200));

  const torn = await credential("", "--app-id", "42", "--private-key", join(ada.home, "torn.pem"));
  const whole = await credential("", "--app-id", "42", "--private-key", key);

  expect([half.code, torn.code, whole.code]).toEqual([2, 1, 0]);
  expect(torn.err).toContain("The private key cannot be read");
  expect(torn.err).not.toContain("PRIVATE KEY");
});

test("the notices tell what was told to whom", async () => {
  expect((await credential(TOKEN)).code).toBe(0);
  await digits.submit("there is no manifest");

  const told = await waitFor("the status to be told", async () => {
    const { out } = await ada.assay(["projects", "notices", "digits"]);
    return / told /.test(out) && /failure/.test(forge.statuses.at(-1)?.state ?? "") && out;
  });
  const removed = await ada.assay(["projects", "credential", "digits", "--remove"]);

  expect(told).toMatch(/#1 +forge http:\/\/127\.0\.0\.1:\d+ +status +told +0$/m);
  expect(removed.out).toBe("The forge is told nothing more.\n");
  expect((await ada.assay(["projects", "credential", "digits", "--show"])).code).toBe(1);
});
