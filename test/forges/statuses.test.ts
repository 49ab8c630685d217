import { afterEach, beforeEach, expect, test } from "@jest/globals";

import type { CommitStatus, CommitStatuses, ForgeCredential } from "../../src/core/forge.ts";
import type { ForgeKind } from "../../src/core/project.ts";
import { createForges } from "../../src/forges/index.ts";
import { HttpOutward } from "../../src/outward/http-outward.ts";
import { ForgeServer, READ_ONLY, TOKEN } from "../support/forge-server.ts";

const COMMIT = "4522cbcefc20728a5b72b3a86af35e608622c514";

let server: ForgeServer;
beforeEach(async () => {
  server = await new ForgeServer().start();
});
afterEach(() => server.stop());

const outward = (): HttpOutward =>
  new HttpOutward({
    refuseAddress: () => undefined,
    allowLocal: true,
    most: 8,
    environment: {},
    timeoutSeconds: 2,
  });

function statusesOf(forge: ForgeKind): CommitStatuses {
  const found = createForges(outward()).statuses.get(forge);
  if (found === undefined) throw new Error(`${forge} has no statuses`);
  return found;
}

const status = (changes: Partial<CommitStatus> = {}): CommitStatus => ({
  commit: COMMIT,
  branch: "main",
  context: "assay/digits/manifest.yaml",
  state: "pending",
  description: "Building the image",
  url: "https://assay.example.org/experiments/1",
  ...changes,
});

const FORGES = [
  { forge: "github", path: "", words: ["pending", "success", "failure", "error"] },
  { forge: "gitlab", path: "/api/v4", words: ["running", "success", "failed", "canceled"] },
  { forge: "gitea", path: "/api/v1", words: ["pending", "success", "failure", "error"] },
  {
    forge: "bitbucket",
    path: "/2.0",
    words: ["INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"],
  },
  { forge: "bitbucket", path: "", words: ["INPROGRESS", "SUCCESSFUL", "FAILED", "FAILED"] },
] as const;

const target = (
  path: string,
  credential: Partial<Extract<ForgeCredential, { kind: "token" }>> = {},
) => ({
  repository: "https://git.example.org/lab/digits.git",
  credential: { kind: "token", token: TOKEN, api: `${server.url}${path}`, ...credential } as const,
});

test.each(FORGES)(
  "$forge ($path) is told each state in its own words, with the description and the link",
  async ({ forge, path, words }) => {
    const statuses = statusesOf(forge);
    const states = ["pending", "success", "failure", "cancelled"] as const;

    expect(await statuses.check(target(path))).toEqual({ kind: "told" });
    for (const state of states)
      expect(await statuses.set(target(path), status({ state }))).toEqual({ kind: "told" });

    expect(server.statesOf(COMMIT)).toEqual(words);
    expect(server.statuses[0]).toMatchObject({
      context: "assay/digits/manifest.yaml",
      description: "Building the image",
      url: "https://assay.example.org/experiments/1",
    });
  },
);

test.each(FORGES)(
  "$forge ($path) with a wrong token says so when it is set up, without the token",
  async ({ forge, path }) => {
    const told = await statusesOf(forge).check(target(path, { token: "a-wrong-token" }));

    expect(told).toMatchObject({
      kind: "refused",
      reason: expect.stringMatching(/does not believe the token: .* Make an? /),
    });
    expect(JSON.stringify(told)).not.toContain("a-wrong-token");
  },
);

test.each([
  ["github", "", /Commit statuses: read and write/],
  ["gitlab", "/api/v4", /has the scopes read_api: make a project access token .* scope api/],
  ["gitea", "/api/v1", /may not write there/],
] as const)(
  "%s with a token that may only read says what it lacks",
  async (forge, path, reason) => {
    const told = await statusesOf(forge).check(target(path, { token: READ_ONLY }));

    expect(told).toMatchObject({ kind: "refused", reason: expect.stringMatching(reason) });
  },
);

test("a check sets no status", async () => {
  for (const { forge, path } of FORGES) await statusesOf(forge).check(target(path));

  expect(server.statuses).toEqual([]);
});

test("GitLab that runs already is as it should be", async () => {
  const statuses = statusesOf("gitlab");

  await statuses.set(target("/api/v4"), status());
  const again = await statuses.set(target("/api/v4"), status({ description: "Running" }));

  expect(again).toEqual({ kind: "told" });
});

test("a context that is longer than Bitbucket's keys has one of its own all the same", async () => {
  const statuses = statusesOf("bitbucket");
  const long = (last: string): string => `assay/digits/manifests/${"deep/".repeat(10)}${last}.yaml`;

  for (const last of ["a", "b", "a"])
    expect(await statuses.set(target("/2.0"), status({ context: long(last) }))).toEqual({
      kind: "told",
    });

  const keys = server.calls.map(({ body }) => body.key);
  expect(keys[0]).toBe(keys[2]);
  expect(new Set(keys).size).toBe(2);
});

test("a token of an account at Bitbucket goes with the account's name", async () => {
  const told = await statusesOf("bitbucket").check(target("/2.0", { user: "ada" }));

  expect(told).toEqual({ kind: "told" });
});

test("an app of GitHub finds its installation, keeps its token, and sets statuses with it", async () => {
  const statuses = statusesOf("github");
  const app = {
    repository: "git@github.com:lab/digits.git",
    credential: {
      kind: "app",
      appId: "42",
      privateKey: server.app.privateKey,
      api: server.url,
    },
  } as const;

  expect(await statuses.check(app)).toEqual({ kind: "told" });
  expect(await statuses.set(app, status())).toEqual({ kind: "told" });

  expect(server.statesOf(COMMIT)).toEqual(["pending"]);
  const tokens = server.calls.filter(({ path }) => path.endsWith("/access_tokens"));
  expect(tokens).toHaveLength(1);
});

test("a forge that asks to wait is asked again when it says, in each way of saying it", async () => {
  const statuses = statusesOf("github");
  const now = Math.floor(Date.now() / 1000);
  const answers = [
    { status: 429, headers: { "retry-after": "120" } },
    { status: 403, headers: { "retry-after": "120" } },
    {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 120) },
    },
    { status: 503, headers: { "retry-after": new Date((now + 120) * 1000).toUTCString() } },
    { status: 429, headers: { "ratelimit-remaining": "0", "ratelimit-reset": String(now + 120) } },
  ];
  for (const answer of answers) {
    server.mood = () => answer;
    const told = await statuses.set(target(""), status());
    expect(told).toMatchObject({ kind: "later" });
    expect(told.kind === "later" ? told.seconds : 0).toBeGreaterThan(110);
    expect(told.kind === "later" ? told.seconds : 0).toBeLessThan(130);
  }
});

test("a rate limit that GitHub only tells in words is waited for as well", async () => {
  server.mood = () => ({
    status: 403,
    body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes." },
  });

  const told = await statusesOf("github").set(target(""), status());

  expect(told).toMatchObject({ kind: "later", seconds: 60 });
});

test("a forge that is away, hangs or is broken is told later", async () => {
  const statuses = statusesOf("gitea");
  const away = async (): Promise<unknown> => statuses.set(target("/api/v1"), status());

  server.mood = () => ({ status: 502 });
  expect(await away()).toEqual({
    kind: "later",
    reason: expect.stringContaining("answered 502"),
    seconds: undefined,
  });
  server.mood = () => "silence";
  expect(await away()).toEqual({
    kind: "later",
    reason: expect.stringContaining("not within 2 s"),
  });
  const gone = target("/api/v1");
  await server.stop();
  expect(await statuses.set(gone, status())).toEqual({
    kind: "later",
    reason: expect.stringContaining("it takes no connections"),
  });
  server = await new ForgeServer().start();
});

test("the API's address follows from the repository's, or is asked for", () => {
  const api = (forge: ForgeKind, repository: string): string =>
    statusesOf(forge).apiOf({ repository, credential: { kind: "token", token: "x" } });

  expect(api("github", "https://github.com/lab/digits.git")).toBe("https://api.github.com");
  expect(api("github", "git@git.example.org:lab/digits.git")).toBe(
    "https://git.example.org/api/v3",
  );
  expect(api("gitlab", "https://git.example.org:8443/a/b/c.git")).toBe(
    "https://git.example.org:8443/api/v4",
  );
  expect(api("gitea", "ssh://git@git.example.org:2222/lab/digits.git")).toBe(
    "https://git.example.org/api/v1",
  );
  expect(api("bitbucket", "https://bitbucket.org/lab/digits.git")).toBe(
    "https://api.bitbucket.org/2.0",
  );
  expect(api("bitbucket", "https://git.example.org/scm/lab/digits.git")).toBe(
    "https://git.example.org",
  );
  expect(() => api("gitea", "file:///srv/lab/digits.git")).toThrow(/give it as api/);
});
