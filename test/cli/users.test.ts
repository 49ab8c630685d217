import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Person } from "./assay.ts";

let platform: TestPlatform;
let ada: Person;
beforeAll(async () => {
  platform = await startPlatform();
  ada = await Person.create({ ASSAY_URL: platform.url, ASSAY_TOKEN: platform.token });
});
afterAll(async () => {
  await ada.remove();
  await platform.stop();
});

test("an administrator lets somebody in, whose token signs in, and lets them out again", async () => {
  const created = await ada.assay(["admin", "users", "create", "bob"]);
  const bob = await Person.create({ ASSAY_URL: platform.url });
  const login = await bob.assay(["login"], { input: created.out });
  const refused = await bob.assay(["admin", "users"]);
  const listed = await ada.assay(["admin", "users"]);
  const deleted = await ada.assay(["admin", "users", "delete", "bob"]);
  const out = await bob.assay(["tokens", "list"]);
  await bob.remove();

  expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^assay_\S{43}\n$/) });
  expect(login.out).toContain("as bob.");
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("administrator") });
  expect(listed.out).toMatch(/^admin +administrator .*\nbob +user .* admin$/m);
  expect(deleted).toMatchObject({ code: 0, out: "bob is out\n" });
  expect(out.code).toBe(1);
});

test("a token for a script is made, listed, and ended", async () => {
  const { out: token } = await ada.assay(["tokens", "create", "nightly", "--expires-in", "12h"]);
  const script = await Person.create({ ASSAY_URL: platform.url, ASSAY_TOKEN: token.trim() });
  const [{ id }] = await script.json("tokens", "list");
  const listed = await script.assay(["tokens", "list"]);
  const ended = await ada.assay(["tokens", "delete", id, "no-such-id"]);
  const after = await script.assay(["tokens", "list"]);
  await script.remove();

  expect(listed.out).toMatch(/nightly/);
  expect(listed.out).toMatch(/ASSAY_ADMIN_TOKEN .* never$/m);
  expect(ended).toMatchObject({ code: 1, out: `${id} is ended\n` });
  expect(ended.err).toContain("You have no token no-such-id.");
  expect(after.code).toBe(1);
  expect((await ada.assay(["tokens", "create", "x", "--expires-in", "soon"])).code).toBe(2);
});
