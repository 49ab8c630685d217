import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { GitHubRepository } from "../support/github.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { Projects } from "../support/projects.ts";
import { SocketProxy } from "../support/socket-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
let docker: SocketProxy;
let platform: TestPlatform;
let projects: Projects;
/** In reverse order, at the end, whatever became of the tests. */
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-bad-"));
  docker = await SocketProxy.open(join(folder, "docker.sock"), "/var/run/docker.sock");
  platform = await startPlatform({ dockerHost: `unix://${docker.path}` });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  await docker.cut();
  await rm(folder, { recursive: true });
});
/** Whatever was asked of it, the server goes on. */
afterEach(async () => {
  const { status } = await fetch(`${platform.url}/readyz`);
  if (status !== 200) throw new Error(`the server is not ready: ${status}`);
});

/** Another platform, with a part of its surroundings missing, and its projects. */
async function another(changes: Parameters<typeof startPlatform>[0]) {
  const started = await startPlatform(changes);
  const its = new Projects(started);
  cleanUps.push(started.stop, () => its.remove());
  return { started, its };
}

const dummy = (command: string) => repositoryFiles(command, { spec: "engineName: dummy" });

test.each([
  ["exp[../secret.yaml]: escape", /holds "\.\.": only files below manifests\/ can be named/],
  ["exp[a.yaml,/etc/passwd]: escape", /"\/etc\/passwd" starts with \//],
  [String.raw`exp[..\secret.yaml]: escape`, /holds a backslash/],
  ["exp[train.json]: another kind", /ends in \.json: a manifest ends in \.yaml or \.yml/],
  ["exp[a,,b]: an empty item", /A manifest's name is missing/],
])("the selector of %j is refused in the pusher's terminal", async (message, reason) => {
  const copy = await selectors();
  await copy.commit(message);

  expect(await copy.push()).toMatch(reason);

  const { body } = await platform.call("GET", "/api/v1/projects/selectors/deliveries?limit=1");
  expect(body.items[0]).toMatchObject({ decision: "nothing", experiments: [] });
  expect(body.items[0].reason).toMatch(reason);
});

let made: ReturnType<Projects["create"]> | undefined;
const selectors = () => (made ??= projects.create("selectors", dummy("true")));

test("a manifest that is a link out of the repository is refused, and its target stays unread", async () => {
  const copy = await projects.create("link", { "README.md": "no manifest" });
  await symlink("/etc/hostname", join(copy.folder, "manifest.yaml"));
  await copy.commit("exp: by a link");

  const told = await copy.push();

  const { steps } = await finished(platform, "link#1");
  expect(steps[1]).toMatchObject({ status: "Failed", exception: { kind: "ManifestRefused" } });
  expect(steps[1].exception.message).toMatch(/^manifest\.yaml is a symbolic link/);
  expect(told).toContain(steps[1].exception.message);
});

test("a manifest that is no YAML, or far too large, is told with its place", async () => {
  const copy = await projects.create("unreadable", { ".gitignore": "\n" });
  await copy.commit("exp: no YAML", { "manifest.yaml": "kind: [\n" });
  const first = await copy.push();
  await copy.commit("exp: large", { "manifest.yaml": `# ${"x".repeat(300 * 1024)}\n` });
  const second = await copy.push();

  expect(first).toMatch(/remote: .*manifest\.yaml, line 2, column 1: /);
  expect(second).toMatch(
    /remote: +It will fail: manifest\.yaml has 307203 bytes; at most 262144 are read\./,
  );
  for (const id of ["unreadable#1", "unreadable#2"])
    expect(await finished(platform, id)).toMatchObject({ status: "Failed", step: "Cloning" });
});

test("an engine that the project has not is told to the pusher and to the step", async () => {
  const copy = await projects.create(
    "engine",
    repositoryFiles("true", { spec: "engineName: moon" }),
  );
  await copy.commit("exp: on the moon");

  const told = await copy.push();

  const sentence = /moon is no engine of this project; it has docker, dummy\..*engineAliases/;
  expect(told).toMatch(sentence);
  const { steps } = await finished(platform, "engine#1");
  expect(steps[1].exception.message).toMatch(sentence);
  expect(await logOf(platform, "engine#1", "?step=Cloning")).toMatch(sentence);
});

test("an engine that a trailer names and nobody has is not the manifest's fault", async () => {
  const copy = await projects.create("trailer", repositoryFiles("true"));
  await copy.commit("exp: on the moon\n\nExp-Engine: moon");

  await copy.push();

  const { steps } = await finished(platform, "trailer#1");
  expect(steps[1]).toMatchObject({ status: "Failed", exception: { kind: "UnknownEngine" } });
  expect(steps[1].exception.message).toMatch(
    /^The engine moon was asked for when this was submitted.*it has docker, dummy\./,
  );
});

test("an image that cannot be pulled is named with its line", async () => {
  const copy = await projects.create("pull", {
    ...dummy("true"),
    Dockerfile: "# nobody listens there\nFROM localhost:1/nobody/nothing:1\n",
  });
  await copy.commit("exp: of nothing");

  await copy.push();

  const { steps } = await finished(platform, "pull#1");
  expect(steps[2]).toMatchObject({ status: "Failed", exception: { kind: "BuildFailed" } });
  expect(steps[2].exception.message).toMatch(
    /^Dockerfile:2: .*localhost:1\/nobody\/nothing:1 is not on the build machine/,
  );
  expect(steps[2].exception.hint).toMatch(/docker pull/);
});

test("a Dockerfile that is not there fails the build at once, with what to do", async () => {
  const { Dockerfile: _, ...files } = dummy("true");
  const copy = await projects.create("bare", files);
  await copy.commit("exp: of nothing");
  await copy.push();

  const { steps } = await finished(platform, "bare#1", 20);

  expect(steps[2]).toMatchObject({
    status: "Failed",
    attempt: 1,
    exception: {
      kind: "BuildFailed",
      message: "There is no Dockerfile in the repository.",
      hint: "Add one, or name it in the manifest: builder.dockerfile.",
    },
  });
  expect(await logOf(platform, "bare#1", "?step=Building")).toMatch(/There is no Dockerfile/);
});

test("what no machine is large enough for is refused before it queues", async () => {
  const types = "worker: { resources: { cpus: 5000, memory: 1 } }";
  const copy = await projects.create("huge", repositoryFiles("true", { types }));
  await copy.commit("exp: too large");
  await copy.push();

  const { steps } = await finished(platform, "huge#1");

  expect(steps[3]).toMatchObject({ status: "Failed", exception: { kind: "NeverFits" } });
  expect(steps[3].exception.message).toMatch(
    /^5000 CPUs: the largest machine of engine docker has \d+/,
  );
});

test.each([
  ["no JSON", "{", 400, /^The body is not JSON that can be read\.$/],
  ["no object", "[]", 422, /./],
  [
    "nested too deeply",
    `{"project":"x","params":{"a":${"[".repeat(9000)}${"]".repeat(9000)}}}`,
    400,
    /nested too deeply/,
  ],
  ["too large", `{"message":"${"x".repeat(2_000_000)}"}`, 413, /^The body is too large\.$/],
])("a body that is %s is refused with a sentence", async (_, body, status, detail) => {
  const answer = await fetch(`${platform.url}/api/v1/experiments`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.token}`, "content-type": "application/json" },
    body,
  });

  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(Object(await answer.json()).detail).toMatch(detail);
});

test("a signed delivery that is no push as the forge sends it is refused, listed and leaves nothing", async () => {
  const odd = await GitHubRepository.create(platform, "odd", { "README.md": "x" });
  const before = await platform.rowCounts();

  const answers = [
    await odd.deliver({}),
    await odd.deliver([]),
    await odd.deliver({ ref: "refs/heads/main", before: "1", after: "2", repository: { id: 1 } }),
  ];
  await odd.remove();

  for (const { status, body } of answers)
    expect([status, body.detail]).toEqual([
      400,
      "The delivery is no push event as GitHub sends it.",
    ]);
  expect(await platform.rowCounts()).toEqual(before);
  const refused = await platform.call("GET", "/api/v1/projects/odd/deliveries/refused");
  expect(refused.body.items).toHaveLength(3);
});

test("while Docker does not answer, a run goes on unknown, a build waits, and both end well when it is back", async () => {
  const command = "echo begun; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; echo done";
  const copy = await projects.create("away", repositoryFiles(command));
  await copy.commit("exp: runs");
  await copy.push();
  await atStep(platform, "away#1", "Running", /^running/);
  await waitFor("its output", async () => (await logOf(platform, "away#1")) === "begun\n");

  await docker.cut();
  await copy.commit("exp: is built", { "more.txt": "more" });
  expect(await copy.push()).toMatch(/away#2 started/);
  await atStep(platform, "away#2", "Building", /^waiting for the engine: Docker does not answer/);
  const { body } = await platform.call("GET", "/api/v1/engines");
  const shown = body.items.find(({ name }: { name: string }) => name === "docker");
  expect(shown).toMatchObject({ machines: null });
  expect((await platform.call("GET", "/api/v1/experiments/away%231")).body).toMatchObject({
    status: "Processing",
    step: "Running",
  });
  await platform.call("PUT", "/api/v1/projects/away/buckets/input/objects/go", "now");
  await docker.restore();

  for (const id of ["away#1", "away#2"]) {
    expect(await finished(platform, id)).toMatchObject({
      status: "Succeeded",
      runs: [{ attempt: 1, exitCode: 0 }],
    });
    expect(await logOf(platform, id)).toBe("begun\ndone\n");
  }
});

test("what runs on an engine that does not answer can be cancelled: it says so, and ends when it is back", async () => {
  const copy = await projects.create("cancelled", repositoryFiles("echo begun; sleep 600"));
  await copy.commit("exp: long");
  await copy.push();
  await atStep(platform, "cancelled#1", "Running", /^running/);

  await docker.cut();
  const { status } = await platform.call("POST", "/api/v1/experiments/cancelled%231/cancel", {
    kill: true,
  });
  const waiting = await atStep(platform, "cancelled#1", "Running", /Docker does not answer/);
  await docker.restore();

  expect(status).toBe(202);
  expect(waiting.status).toBe("Processing");
  expect(await finished(platform, "cancelled#1")).toMatchObject({ status: "Cancelled" });
});

test("no Docker at all: the server starts, says so, and what is pushed waits until there is one", async () => {
  const late = await SocketProxy.open(join(folder, "late.sock"), "/var/run/docker.sock");
  cleanUps.push(() => late.cut());
  await late.cut();
  const { started: lonely, its } = await another({ dockerHost: `unix://${late.path}` });
  const fields = "$ASSAY_URL/api/v1/experiments/$ASSAY_EXPERIMENT_ID/fields";
  const reach = `wget -q -O - --header "Authorization: Bearer $ASSAY_TOKEN" "${fields}"`;
  const copy = await its.create("lonely", repositoryFiles(reach));
  await copy.commit("exp: waits");
  await copy.commit("exp: is given up", { "more.txt": "more" });
  await copy.push();
  for (const id of ["lonely#1", "lonely#2"])
    await atStep(lonely, id, "Building", /Docker does not answer/);
  const { body } = await lonely.call("GET", "/api/v1/engines");
  const ready = await fetch(`${lonely.url}/readyz`);

  await lonely.call("POST", "/api/v1/experiments/lonely%232/cancel");
  const cancelled = await finished(lonely, "lonely#2", 20);
  await late.restore();

  expect(body.items).toContainEqual(expect.objectContaining({ name: "docker", machines: null }));
  expect(ready.status).toBe(200);
  expect(cancelled).toMatchObject({ status: "Cancelled", step: "Building" });
  expect(await finished(lonely, "lonely#1")).toMatchObject({ status: "Succeeded" });
  expect(await logOf(lonely, "lonely#1")).toBe("{}");
});

test("a full disk: nothing new is admitted, with that reason, and what waits can be cancelled", async () => {
  const { started: full, its } = await another({ diskWatermark: 0.0001 });
  const copy = await its.create("full", dummy("true"));
  await copy.commit("exp: no room");
  expect(await copy.push()).toMatch(/full#1 started/);

  const waiting = await atStep(
    full,
    "full#1",
    "Waiting",
    /the disk is \d+ % full; nothing new starts above 0 %/,
  );
  const { body } = await full.call("GET", "/api/v1/queue");
  await full.call("POST", "/api/v1/experiments/full%231/cancel");
  const cancelled = await finished(full, "full#1", 20);

  expect(body.experiments).toMatchObject([{ id: waiting.id, reason: waiting.steps[0].note }]);
  expect(cancelled).toMatchObject({ status: "Cancelled", step: "Waiting" });
});

test("a database that goes away: calls are asked to come again, and when it is back everything goes on", async () => {
  const database = await createTestDatabase();
  const { host, port, user, password, database: name } = database.connection;
  const proxy = await SocketProxy.open(
    join(folder, `.s.PGSQL.${port}`),
    join(host, `.s.PGSQL.${port}`),
  );
  const query = new URLSearchParams({ host: folder, port: String(port) });
  const databaseUrl = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${name}?${query.toString()}`;
  cleanUps.push(database.drop, () => proxy.cut());
  const { started: shaken, its } = await another({ databaseUrl });
  const command = "echo begun; until [ -e $ASSAY_INPUT_PATH/go ]; do sleep 0.1; done; echo done";
  const copy = await its.create("shaken", repositoryFiles(command));
  const hooked = await GitHubRepository.create(shaken, "hooked", { "README.md": "x" });
  cleanUps.push(() => hooked.remove());
  const payload = await hooked.push("exp: told meanwhile");
  await copy.commit("exp: goes on");
  await copy.push();
  await waitFor("its output", async () => (await logOf(shaken, "shaken#1")) === "begun\n");

  await proxy.cut();
  const ready = await fetch(`${shaken.url}/readyz`);
  const alive = await fetch(`${shaken.url}/healthz`);
  const listed = await shaken.call("GET", "/api/v1/experiments");
  const delivered = await hooked.deliver(payload);
  await copy.commit("exp: pushed meanwhile");
  const refused = await copy.push().catch((error: { readonly stderr: string }) => error.stderr);
  await proxy.restore();

  for (const { status, headers } of [ready, listed, delivered]) {
    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(listed.body.detail).toMatch(/^The database cannot be reached at the moment\./);
  expect(alive.status).toBe(200);
  expect(refused).toMatch(/remote: Assay cannot answer at the moment\. Try again in a moment\./);
  await waitFor("the database to be back", async () => (await fetch(`${shaken.url}/readyz`)).ok);
  expect((await hooked.deliver(payload)).body).toMatchObject({ decision: "started" });
  expect(await copy.push()).toMatch(/shaken#2 started/);
  await shaken.call("PUT", "/api/v1/projects/shaken/buckets/input/objects/go", "now");
  for (const id of ["shaken#1", "shaken#2"]) {
    expect(await finished(shaken, id)).toMatchObject({
      status: "Succeeded",
      runs: [{ attempt: 1 }],
    });
    expect(await logOf(shaken, id)).toBe("begun\ndone\n");
  }
});
