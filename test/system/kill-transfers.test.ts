import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { Installation } from "../support/installation.ts";
import { Projects } from "../support/projects.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

jest.setTimeout(180_000);

let installation: Installation;
let server: ServerProcess;
let projects: Projects;
beforeEach(async () => {
  installation = await Installation.create();
  server = await installation.startServer();
  projects = new Projects(server);
});
afterEach(async () => {
  await projects.remove();
  await installation.remove();
});

const OBJECT = "/api/v1/projects/digits/buckets/input/objects/weights";
const authorized = () => ({ authorization: `Bearer ${server.token}` });

const upload = (body: Buffer): Promise<Response> =>
  fetch(`${server.url}${OBJECT}`, { method: "PUT", headers: authorized(), body });

const download = async (): Promise<string> =>
  (await fetch(`${server.url}${OBJECT}`, { headers: authorized() })).text();

/** The names below a folder of the data directory. */
const names = (...folder: readonly string[]): Promise<readonly string[]> =>
  readdir(join(installation.dataDirectory, ...folder), { recursive: true }).catch(() => []);

/** An upload that has begun and will not end by itself. */
async function beginUpload(): Promise<{ readonly broken: Promise<Error> }> {
  const before = await names("buckets", "digits", "input");
  const sending = request(`${server.url}${OBJECT}`, { method: "PUT", headers: authorized() });
  const broken = new Promise<Error>((resolve) => sending.on("error", resolve));
  sending.write(randomBytes(100_000));
  await waitFor("the upload to begin", async () => {
    const now = await names("buckets", "digits", "input");
    return now.length > before.length;
  });
  return { broken };
}

test.each(["killed", "told to stop"])(
  "a server is %s in an upload: the object stays as it was, and can be uploaded to the next one",
  async (how) => {
    await projects.create("digits", {});
    await upload(Buffer.from("the first"));
    const { broken } = await beginUpload();

    const ended = how === "killed" ? server.kill() : server.stop();
    await broken;
    await ended;
    server = await installation.startServer();

    expect(await download()).toBe("the first");
    expect((await upload(Buffer.from("the second"))).ok).toBe(true);
    expect(await download()).toBe("the second");
    const { body } = await server.call("GET", "/api/v1/projects/digits/buckets/input/objects");
    expect(body.items.map(({ key }: { key: string }) => key)).toEqual(["weights"]);
  },
);

test("a server is killed while it takes in a push: nothing of it is stored, and the next one takes it", async () => {
  const copy = await projects.create("digits", {});
  await copy.commit("large", { weights: randomBytes(10_000_000).toString("latin1") });
  const head = await copy.git("rev-parse", "HEAD~1");

  const pushing = copy.push().then(
    () => "pushed",
    () => "refused",
  );
  const objects = () => names("git");
  await waitFor("the push to be on its way", async () =>
    (await objects()).some((name) => name.includes("incoming")),
  );
  await server.kill();

  expect(await pushing).toBe("refused");
  server = await installation.startServer();
  const remote = `${server.url}/git/digits.git`;
  expect(await copy.git("ls-remote", remote, "refs/heads/main")).toMatch(new RegExp(`^${head}`));
  await copy.git("push", "--quiet", remote, "HEAD");
  const now = await copy.git("rev-parse", "HEAD");
  expect(await copy.git("ls-remote", remote, "refs/heads/main")).toMatch(new RegExp(`^${now}`));
});
