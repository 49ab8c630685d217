import { createHmac, randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { ForgeKind } from "../../src/core/project.ts";
import { ForgeProject } from "../support/forge-project.ts";
import { type Answer, startPlatform, type TestPlatform } from "../support/platform.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
const projects: ForgeProject[] = [];
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  for (const each of projects) await each.remove();
});

/** Nothing of it runs: what its experiments ask for is not there, and Cloning says so at once. */
async function project(forge: ForgeKind, name: string): Promise<ForgeProject> {
  const made = await ForgeProject.create(platform, name, forge, { "README.md": "no manifest" });
  projects.push(made);
  return made;
}

const NOTHING = "0".repeat(40);
const ID = 5;

/** A push of one branch as each forge tells of it: the payload, and what comes with it. */
const TOLD: Record<
  "gitlab" | "gitea" | "bitbucket",
  (before: string, after: string) => { readonly headers: object; readonly payload: object }
> = {
  gitlab: (before, after) => ({
    headers: { "x-gitlab-event": "Push Hook", "idempotency-key": randomUUID() },
    payload: {
      object_kind: "push",
      ref: "refs/heads/main",
      before,
      after,
      project: { id: ID },
      commits: [],
    },
  }),
  gitea: (before, after) => ({
    headers: { "x-gitea-event": "push", "x-gitea-delivery": randomUUID() },
    payload: { ref: "refs/heads/main", before, after, repository: { id: ID }, commits: [] },
  }),
  bitbucket: (before, after) => ({
    headers: { "x-event-key": "repo:refs_changed", "x-request-id": randomUUID() },
    payload: {
      repository: { id: ID },
      changes: [{ refId: "refs/heads/main", fromHash: before, toHash: after }],
    },
  }),
};

function deliver(to: ForgeProject, headers: object, payload: object): Promise<Answer> {
  const digest = createHmac("sha256", to.webhookSecret)
    .update(JSON.stringify(payload))
    .digest("hex");
  return platform.call("POST", `/webhooks/${to.slug}`, payload, {
    authorization: "",
    "x-gitlab-token": to.webhookSecret,
    "x-gitea-signature": digest,
    "x-hub-signature": `sha256=${digest}`,
    ...headers,
  });
}

/** The commits of what a delivery has started, once it is decided. */
const startedBy = async (to: ForgeProject, { body }: Answer): Promise<readonly string[]> => {
  const decided = await waitFor("the delivery to be decided", async () => {
    const found = await platform.call("GET", to.path(`deliveries/${body.deliveryId}`));
    return found.body.decision !== "pending" && found.body;
  });
  return decided.experiments.map(({ commit }: { commit: string }) => commit);
};

test.each(["gitlab", "gitea", "bitbucket"] as const)(
  "every tagged commit of a push that %s tells of is started, also those that its payload leaves out",
  async (forge) => {
    const digits = await project(forge, `long-${forge}`);
    const before = await digits.copy.git("rev-parse", "HEAD");
    const first = await digits.copy.commit("exp: one");
    await digits.copy.commit("nothing to run");
    const second = await digits.copy.commit("exp: two");
    await digits.copy.push();
    const { headers, payload } = TOLD[forge](before, second);

    const answer = await deliver(digits, headers, payload);
    const repeated = await deliver(digits, headers, payload);

    expect([answer.status, answer.body.decision]).toEqual([202, "pending"]);
    expect(await startedBy(digits, answer)).toEqual([first, second]);
    expect(repeated.body.deliveryId).toBe(answer.body.deliveryId);
  },
);

test.each(["gitlab", "gitea", "bitbucket"] as const)(
  "of a forced push that %s does not call one, the head alone is started",
  async (forge) => {
    const digits = await project(forge, `forced-${forge}`);
    const base = await digits.copy.git("rev-parse", "HEAD");
    const lost = await digits.copy.commit("exp: lost");
    await digits.copy.push();
    const plain = TOLD[forge](base, lost);
    expect(await startedBy(digits, await deliver(digits, plain.headers, plain.payload))).toEqual([
      lost,
    ]);
    await digits.copy.git("reset", "--quiet", "--hard", base);
    await digits.copy.commit("exp: rebased one");
    const head = await digits.copy.commit("exp: rebased two");
    await digits.copy.push("--force", "HEAD");

    const forced = TOLD[forge](lost, head);
    const answer = await deliver(digits, forced.headers, forced.payload);

    expect(await startedBy(digits, answer)).toEqual([head]);
  },
);

test("a delivery of Bitbucket's that tells of several refs has one answer, and each ref a delivery of its own", async () => {
  const digits = await project("bitbucket", "several");
  const before = await digits.copy.git("rev-parse", "HEAD");
  const after = await digits.copy.commit("exp: on main");
  await digits.copy.push();
  const side = (name: string, hash: string) => ({ type: "branch", name, target: { hash } });
  const commit = { hash: after, message: "exp: on main", date: new Date().toISOString() };
  const payload = {
    repository: { uuid: "{5}" },
    push: {
      changes: [
        { old: side("gone", before), new: null },
        {
          old: side("main", before),
          new: side("main", after),
          commits: [{ ...commit, author: { raw: "Ada <ada@example.org>" } }],
        },
      ],
    },
  };
  const headers = { "x-event-key": "repo:push", "x-request-uuid": "one-of-two" };

  const { status, body } = await deliver(digits, headers, payload);
  const again = await deliver(digits, headers, payload);

  expect([status, body.decision]).toEqual([202, "started"]);
  expect(body.reason).toMatch(
    /^refs\/heads\/gone: The ref was deleted\.\nrefs\/heads\/main: several#1 started: /,
  );
  expect(body.experiments).toMatchObject([{ number: 1, commit: after }]);
  expect(again.body).toEqual(body);
  const { items } = (await platform.call("GET", digits.path("deliveries"))).body;
  expect(items).toHaveLength(2);
});

test("what another forge's headers say of a delivery does not count", async () => {
  const digits = await project("bitbucket", "disguised");
  const { headers, payload } = TOLD.gitea(NOTHING, NOTHING);

  const { status, body } = await deliver(digits, headers, payload);

  expect([status, body.detail]).toEqual([400, expect.stringContaining("X-Event-Key is missing")]);
});
