import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Person } from "./assay.ts";

let platform: TestPlatform;
let ada: Person;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform();
  ada = await Person.create({
    ASSAY_URL: platform.url,
    ASSAY_TOKEN: platform.token,
    ASSAY_PROJECT: "keys",
  });
  folder = await mkdtemp(join(tmpdir(), "assay-secrets-"));
  await platform.call("POST", "/api/v1/projects", { name: "keys", forge: "builtin" });
});
afterAll(async () => {
  await ada.remove();
  await rm(folder, { recursive: true });
  await platform.stop();
});

const secrets = (words: readonly string[], input?: string) =>
  ada.assay(["secrets", ...words], { folder, ...(input !== undefined && { input }) });

/** As experiments get it. */
async function valueOf(name: string): Promise<string | undefined> {
  const { database } = platform.ports;
  const project = await database.projects.findBySlug("keys");
  const known = await database.secrets.list(project?.id ?? "");
  const version = known.find((secret) => secret.name === name)?.version ?? 0;
  return (await database.secrets.values(project?.id ?? "", { [name]: version }))[name];
}

test("a secret comes from a pipe, without the end of its last line, and nothing shows it", async () => {
  const set = await secrets(["set", "TOKEN"], "first line\nsecond line\n");
  const list = await secrets(["list"]);

  expect(set).toEqual({ code: 0, out: "TOKEN of keys is set: version 1\n", err: "" });
  expect(await valueOf("TOKEN")).toBe("first line\nsecond line");
  expect(list.out).toMatch(/^SECRET +VERSION +SET BY +SET\nTOKEN +1 +admin /);
  expect(list.out).not.toContain("line");
});

test("a secret comes from a file as it is", async () => {
  await writeFile(join(folder, "key"), "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----\n");
  await writeFile(join(folder, "bytes"), Buffer.from([0xff, 0xfe, 0x00, 0x01]));

  const set = await secrets(["set", "KEY", "--file", "key", "--json"]);
  const refused = await secrets(["set", "KEY", "--file", "bytes"]);
  const missing = await secrets(["set", "KEY", "--file", "none"]);

  expect(JSON.parse(set.out)).toMatchObject({ name: "KEY", version: 1, createdBy: "admin" });
  expect(await valueOf("KEY")).toBe("-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----\n");
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("no text") });
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("cannot be read") });
});

test("a value among the arguments is taken with a warning", async () => {
  const { code, out, err } = await secrets(["set", "TYPED", "typed value"]);
  const both = await secrets(["set", "TYPED", "typed value", "--file", "key"]);

  expect([code, out]).toEqual([0, "TYPED of keys is set: version 1\n"]);
  expect(err).toContain("list of processes");
  expect(both.code).toBe(2);
});

test("secrets are deleted, each that is there", async () => {
  await secrets(["set", "OLD"], "an old value");

  const { code, out, err } = await secrets(["delete", "OLD", "NONE"]);
  const list = await ada.json("secrets", "list");

  expect([code, out]).toEqual([1, "OLD of keys is deleted\n"]);
  expect(err).toContain("NONE");
  expect(list.map(({ name }: { readonly name: string }) => name)).not.toContain("OLD");
});

test("logins of registries that Docker could not read are refused, without repeating them", async () => {
  const wrong = await secrets(["set", "DOCKER_AUTH_CONFIG"], '{"auths":{"a":{"password":"p4ss"}}}');
  const right = await secrets(
    ["set", "DOCKER_AUTH_CONFIG"],
    JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth: btoa("ada:p4ss:word") } } }),
  );

  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain("config.json");
  expect(wrong.err).not.toContain("p4ss");
  expect(right.code).toBe(0);
});
