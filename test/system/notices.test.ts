import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";

import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { atStep, finished, repositoryFiles } from "../support/experiments.ts";
import { ForgeProject } from "../support/forge-project.ts";
import { ForgeServer, READ_ONLY, TOKEN } from "../support/forge-server.ts";
import { passTime } from "../support/pass-time.ts";
import { type Answer, startPlatform, type TestPlatform } from "../support/platform.ts";
import { waitFor } from "../support/wait-for.ts";

jest.setTimeout(120_000);

let folder: string;
let platform: TestPlatform;
let forge: ForgeServer;
let made = 0;
const projects: ForgeProject[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-notices-"));
  platform = await startPlatform({}, { builder: new MadeUpBuilder(join(folder, "images")) });
});
afterAll(async () => {
  await platform.stop();
  for (const each of projects) await each.remove();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  forge = await new ForgeServer().start();
});
afterEach(() => forge.stop());

const types = "worker: { resources: { cpus: 0.1, memory: 0.1 } }";
const SUCCEEDS = repositoryFiles("true", { types });
const FAILS = repositoryFiles("exit 3", { types });

async function project(files: Readonly<Record<string, string>> = SUCCEEDS): Promise<ForgeProject> {
  made += 1;
  const project = await ForgeProject.create(platform, `digits-${made}`, "gitea", files);
  projects.push(project);
  return project;
}

const setCredential = (of: ForgeProject, given: object = {}): Promise<Answer> =>
  platform.call("PUT", of.path("forge-credential"), {
    token: TOKEN,
    api: `${forge.url}/api/v1`,
    ...given,
  });

const notices = async (of: ForgeProject): Promise<readonly Answer["body"][]> =>
  (await platform.call("GET", of.path("notices?limit=200"))).body.items;

const allSettled = (of: ForgeProject): Promise<readonly Answer["body"][] | undefined> =>
  waitFor("every notice to be settled", async () => {
    const found = await notices(of);
    return found.every(({ state }) => state !== "owed") && found;
  });

test("a commit's status goes from pending to success, with a link to the experiment", async () => {
  const digits = await project();
  expect((await setCredential(digits)).status).toBe(200);

  const { id, commit } = await digits.submit("lower the rate");
  await finished(platform, id);
  await allSettled(digits);

  const states = forge.statesOf(commit);
  expect(states.at(-1)).toBe("success");
  expect(states.slice(0, -1).every((state) => state === "pending")).toBe(true);
  expect(forge.statuses.at(-1)).toMatchObject({
    context: `assay/${digits.slug}/manifest.yaml`,
    description: expect.stringMatching(/^Succeeded after \d+ s$/),
    url: `${platform.url}/experiments/${id}`,
  });
});

test("what fails says at which step and why, and what is cancelled that it was", async () => {
  const digits = await project(FAILS);
  await setCredential(digits);
  const failed = await digits.submit("exit 3");
  await finished(platform, failed.id);
  const waits = repositoryFiles("true", { types, top: "approval: true" });
  const cancelled = await digits.submit("never mind", waits);
  await atStep(platform, cancelled.id, "Waiting", /approval/);
  await platform.call("POST", `/api/v1/experiments/${cancelled.id}/cancel`);
  await finished(platform, cancelled.id);
  await allSettled(digits);

  const last = (commit: string) => forge.statuses.findLast((each) => each.commit === commit);
  expect(last(failed.commit)).toMatchObject({
    state: "failure",
    description: expect.stringMatching(/^Failed at Running: .*exit code 3/),
  });
  expect(last(cancelled.commit)).toMatchObject({
    state: "error",
    description: "Cancelled at Waiting",
  });
});

test("a forge that is away for an hour in the middle of ten experiments has every status right afterwards, in order", async () => {
  const waits = { types, top: "approval: true" };
  const digits = await project(repositoryFiles("true", waits));
  await setCredential(digits);
  const submitted: { readonly id: string; readonly commit: string; readonly state: string }[] = [];
  for (let count = 0; count < 10; count += 1) {
    const files = repositoryFiles(count % 2 === 0 ? "true" : "exit 3", waits);
    const made = await digits.submit(`number ${count}`, files);
    submitted.push({ ...made, state: count % 2 === 0 ? "success" : "failure" });
  }
  for (const { id } of submitted) await atStep(platform, id, "Waiting", /approval/);
  await allSettled(digits);
  const before = forge.statuses.length;

  const refusals = [{ status: 503 }, { status: 429, headers: { "retry-after": "60" } }];
  forge.mood = () => refusals[forge.calls.length % 2];
  for (const { id } of submitted) await platform.call("POST", `/api/v1/experiments/${id}/approve`);
  for (const { id } of submitted) await finished(platform, id);
  const tries = (): number => forge.calls.length;
  for (let minutes = 0; minutes < 60; minutes += 12) {
    const seen = tries();
    await passTime(platform.knex, 11 * 60);
    await waitFor("another try", async () => {
      // One that was under way at the moment pauses all of them anew.
      await passTime(platform.knex, 60);
      return tries() > seen;
    });
  }
  expect(forge.statuses).toHaveLength(before);
  expect((await notices(digits)).filter(({ state }) => state === "owed")).toHaveLength(10);
  const { body: credential } = await platform.call("GET", digits.path("forge-credential"));
  expect(credential.trouble).toMatch(/Gitea at 127.0.0.1:\d+ (answered 503|asks to wait)/);

  forge.mood = () => undefined;
  await waitFor("every status to be told", async () => {
    await passTime(platform.knex, 600);
    return (await notices(digits)).every(({ state }) => state === "told");
  });

  for (const { commit, state } of submitted) {
    const states = forge.statesOf(commit);
    expect(states.at(-1)).toBe(state);
    expect(states.slice(0, -1).every((each) => each === "pending")).toBe(true);
  }
  // What lay between is not told any more: each has its ending, once.
  expect(forge.statuses).toHaveLength(before + 10);
  const after = await platform.call("GET", digits.path("forge-credential"));
  expect(after.body).toMatchObject({ trouble: null, pausedUntil: null });
});

test("a commit that is run again has the status of its newest experiment", async () => {
  const waits = repositoryFiles("true", { types, top: "approval: true" });
  const digits = await project(waits);
  await setCredential(digits);
  const first = await digits.submit("run it twice");
  await atStep(platform, first.id, "Waiting", /approval/);
  const again = await platform.call("POST", `/api/v1/experiments/${first.id}/resubmit`);
  await atStep(platform, again.body.id, "Waiting", /approval/);
  await platform.call("POST", `/api/v1/experiments/${again.body.id}/approve`);
  await finished(platform, again.body.id);
  await allSettled(digits);

  await platform.call("POST", `/api/v1/experiments/${first.id}/cancel`);
  await finished(platform, first.id);
  const found = await allSettled(digits);

  expect(forge.statesOf(first.commit).at(-1)).toBe("success");
  expect(found?.find(({ experiment }) => experiment.id === first.id)).toMatchObject({
    state: "superseded",
  });
});

test("a credential is asked for what it may do before it is kept, and is never shown", async () => {
  const digits = await project();

  const wrong = await setCredential(digits, { token: "a-wrong-token" });
  const readOnly = await setCredential(digits, { token: READ_ONLY });
  const inner = await setCredential(digits, { api: "ftp://127.0.0.1/" });
  const both = await setCredential(digits, { appId: "1" });
  const torn = await setCredential(digits, { token: "of two\nlines" });
  const none = await platform.call("GET", digits.path("forge-credential"));
  const good = await setCredential(digits);
  const shown = await platform.call("GET", digits.path("forge-credential"));

  for (const { status } of [wrong, readOnly, inner, both, torn]) expect(status).toBe(422);
  expect(torn.body.detail).toBe("The token holds a character that no token has: copy it anew.");
  expect(wrong.body.detail).toMatch(/does not believe the token/);
  expect(JSON.stringify(wrong.body)).not.toContain("a-wrong-token");
  expect(readOnly.body.detail).toMatch(/may not write there/);
  expect(none.status).toBe(404);
  expect(good.body).toEqual(shown.body);
  expect(shown.body).toEqual({
    address: forge.url,
    createdBy: "admin",
    createdAt: expect.any(String),
    trouble: null,
    pausedUntil: null,
  });
  const rows = await platform.knex("destinations").where({ address: forge.url });
  expect(Buffer.from(rows[0].sealed).toString("latin1")).not.toContain(TOKEN);
});

test("a credential that cannot be asked about is kept with a warning", async () => {
  const digits = await project();
  forge.mood = () => ({ status: 502 });

  const { status, body } = await setCredential(digits);

  expect(status).toBe(200);
  expect(body.warning).toMatch(/answered 502\. What is set is kept/);
});

test("a token that is refused later is told with the credential; a new one tells what was refused", async () => {
  const digits = await project();
  await setCredential(digits);
  forge.mood = () => ({ status: 401 });
  const { id, commit } = await digits.submit("with a token that was revoked");
  await finished(platform, id);
  await waitFor("the refusal", async () => (await notices(digits))[0]?.state === "refused");
  const { body } = await platform.call("GET", digits.path("forge-credential"));

  forge.mood = () => undefined;
  await setCredential(digits);
  await waitFor("the status", () => forge.statesOf(commit).at(-1) === "success");

  expect(body.trouble).toMatch(/does not believe the token/);
  await allSettled(digits);
  expect((await platform.call("GET", digits.path("forge-credential"))).body.trouble).toBeNull();
});

test("a credential that is set while experiments run tells their statuses from there on", async () => {
  const digits = await project(repositoryFiles("true", { types, top: "approval: true" }));
  const { id, commit } = await digits.submit("begun before");
  await atStep(platform, id, "Waiting", /approval/);
  expect(forge.statuses).toEqual([]);

  await setCredential(digits);
  await waitFor("the first status", () => forge.statesOf(commit).at(-1) === "pending");
  await platform.call("POST", `/api/v1/experiments/${id}/approve`);
  await finished(platform, id);
  await allSettled(digits);

  expect(forge.statesOf(commit).at(-1)).toBe("success");
});

test("webhooks hear of endings and approvals, signed, each once and in order; a slow one delays nobody else", async () => {
  const digits = await project(repositoryFiles("true", { types, top: "approval: true" }));
  const add = (path: string, more: object = {}): Promise<Answer> =>
    platform.call("POST", digits.path("destinations"), {
      kind: "webhook",
      url: `${forge.url}${path}`,
      ...more,
    });
  const all = await add("/all?key=hidden");
  await add("/failures", { events: ["failed"] });
  await add("/slack", { kind: "slack" });
  const heard = (path: string) => forge.calls.filter((call) => call.path.startsWith(path));
  let isAway = true;
  forge.mood = ({ path }) => {
    if (path.startsWith("/all") && isAway) return { status: 500 };
    return { status: 200 };
  };

  const { id } = await digits.submit("first");
  await waitFor("Slack to hear of the approval", () => heard("/slack").length === 1);
  await platform.call("POST", `/api/v1/experiments/${id}/approve`);
  await finished(platform, id);
  await waitFor("Slack to hear of the end", () => heard("/slack").length === 2);
  isAway = false;
  const good = (): ReturnType<typeof heard> => heard("/all").slice(-2);
  await waitFor("the webhook to hear of both", async () => {
    await passTime(platform.knex, 600);
    return (await notices(digits)).every(({ state }) => state === "told");
  });

  expect(good().map(({ body }) => body.type)).toEqual([
    "experiment.waiting_for_approval",
    "experiment.finished",
  ]);
  for (const { headers, body } of good()) {
    const key = Buffer.from(all.body.secret.replace("whsec_", ""), "base64");
    const told = [headers["webhook-id"], headers["webhook-timestamp"], JSON.stringify(body)];
    const signed = told.join(".");
    const signature = createHmac("sha256", key).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
  }
  const ids = heard("/all").map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(2);
  expect(heard("/failures")).toEqual([]);
  expect(heard("/slack").map(({ body }) => body.text)).toEqual([
    expect.stringMatching(/waits for approval$/),
    expect.stringMatching(/has succeeded$/),
  ]);
  const list = await platform.call("GET", digits.path("destinations"));
  expect(list.body.items).toHaveLength(3);
  expect(JSON.stringify(list.body)).not.toMatch(/hidden|whsec_|\/slack/);
});

test("a destination that is removed is told nothing more, and nothing is left owed to it", async () => {
  const digits = await project();
  forge.mood = () => ({ status: 500 });
  const url = `${forge.url}/gone`;
  const { body } = await platform.call("POST", digits.path("destinations"), {
    kind: "webhook",
    url,
  });
  const { id } = await digits.submit("nobody hears of it");
  await finished(platform, id);
  await waitFor("a try in vain", async () => (await notices(digits))[0]?.tries === 1);

  const removed = await platform.call("DELETE", digits.path(`destinations/${body.id}`));
  await passTime(platform.knex, 600);

  expect(removed.status).toBe(204);
  expect(await notices(digits)).toEqual([]);
  await waitFor("its job to end", async () => {
    const jobs = await platform.knex("jobs").where({ kind: "notice", subject_id: id });
    return jobs.length === 0;
  });
  expect((await platform.call("DELETE", digits.path(`destinations/${body.id}`))).status).toBe(404);
});

test("what is owed, and since when, is among the figures", async () => {
  const digits = await project();
  forge.mood = ({ method }) => (method === "POST" ? { status: 500 } : undefined);
  await setCredential(digits);
  const { id } = await digits.submit("told later");
  await finished(platform, id);
  await waitFor("a try in vain", async () => (await notices(digits))[0]?.tries > 0);
  await passTime(platform.knex, 3600);

  const { body } = await platform.call("GET", "/metrics");
  const figure = (name: string): number =>
    Number(
      body
        .split("\n")
        .find((line: string) => line.startsWith(name))
        ?.split(" ")[1],
    );

  expect(figure('assay_notices_owed{kind="forge"}')).toBeGreaterThanOrEqual(1);
  expect(figure('assay_notices_oldest_owed_seconds{kind="forge"}')).toBeGreaterThanOrEqual(3600);
  expect(figure('assay_notices_total{kind="forge",outcome="owed"}')).toBeGreaterThanOrEqual(1);
});

test("a project that tells nobody writes no notice and no job for one", async () => {
  const digits = await project();
  const { id } = await digits.submit("quiet");
  await finished(platform, id);

  const [row] = await platform.knex("experiments").where({ id }).select("notifies");
  const jobs = await platform.knex("jobs").where({ kind: "notice", subject_id: id });

  expect([await notices(digits), row.notifies, jobs]).toEqual([[], false, []]);
});
