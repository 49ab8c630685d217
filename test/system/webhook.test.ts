import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { GitHubRepository, NOTHING } from "../support/github.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
const repositories: GitHubRepository[] = [];

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  for (const each of repositories) await each.remove();
});

/** Nothing of it runs: what its experiments ask for is not there, and Cloning says so at once. */
const NOTHING_TO_RUN = { "README.md": "no manifest" };

async function repository(
  name: string,
  options: Parameters<typeof GitHubRepository.create>[3] = {},
  files: Readonly<Record<string, string>> = NOTHING_TO_RUN,
): Promise<GitHubRepository> {
  const made = await GitHubRepository.create(platform, name, files, options);
  repositories.push(made);
  return made;
}

/** The delivery as the list shows it, once it is decided. */
const decided = (of: GitHubRepository, deliveryId: string) =>
  waitFor("the delivery to be decided", async () => {
    const { body } = await platform.call(
      "GET",
      `/api/v1/projects/${of.slug}/deliveries/${deliveryId}`,
    );
    return body.decision !== "pending" && body;
  });

const count = (given: readonly { decision: string }[], decision: string): number =>
  given.filter((each) => each.decision === decision).length;

test("a signed push of a tagged commit is answered with its experiment, which runs to its end", async () => {
  const files = repositoryFiles('echo "hello $VCS_SHA"', { spec: "engineName: dummy" });
  const digits = await repository("digits", {}, files);
  const payload = await digits.push("exp: lower the learning rate");

  const { status, body } = await digits.deliver(payload);

  expect([status, body.decision]).toEqual([202, "started"]);
  expect(body.reason).toBe(`digits#1 started: manifest.yaml at ${payload.after.slice(0, 7)}.`);
  expect(body.experiments).toEqual([
    { id: expect.any(String), number: 1, commit: payload.after, manifest: "manifest.yaml" },
  ]);
  const experiment = await finished(platform, body.experiments[0].id);
  expect(experiment).toMatchObject({
    status: "Succeeded",
    name: "lower the learning rate",
    engine: "dummy",
    createdBy: "ada",
    triggeredBy: "push",
    source: { commit: payload.after, branch: "main", author: { name: "Ada" } },
    image: { reused: false },
  });
  expect(await logOf(platform, experiment.id)).toBe(`hello ${payload.after}\n`);
});

test("the same delivery five times at once and five times more is one experiment and one answer", async () => {
  const same = await repository("same-delivery");
  const payload = await same.push("exp: once");
  const id = randomUUID();

  const atOnce = await Promise.all([1, 2, 3, 4, 5].map(() => same.deliver(payload, { id })));
  const later = [];
  for (let time = 1; time <= 5; time += 1) later.push(await same.deliver(payload, { id }));

  const [first, ...others] = [...atOnce, ...later];
  expect(first).toMatchObject({ status: 202, body: { decision: "started" } });
  for (const other of others) expect([other.status, other.body]).toEqual([202, first?.body]);
  expect(await same.experiments()).toHaveLength(1);
  expect(await same.deliveries()).toHaveLength(1);
});

test("the same push under five delivery ids, at once and again, is one experiment; the others are told its number", async () => {
  const same = await repository("same-push");
  const payload = await same.push("exp: once");

  const atOnce = await Promise.all([1, 2, 3, 4, 5].map(() => same.deliver(payload)));
  const later = await same.deliver(payload);

  expect(
    count(
      atOnce.map(({ body }) => body),
      "started",
    ),
  ).toBe(1);
  expect(
    count(
      atOnce.map(({ body }) => body),
      "duplicate",
    ),
  ).toBe(4);
  for (const { body } of [...atOnce.filter(({ body }) => body.decision !== "started"), later])
    expect(body).toMatchObject({
      decision: "duplicate",
      reason: `same-push#1 already ran this commit (${payload.after.slice(0, 7)}); resubmit it to run it again.`,
      experiments: [],
    });
  expect(await same.experiments()).toHaveLength(1);
});

test("a commit whose experiment was deleted is not run again by another delivery of its push", async () => {
  const gone = await repository("deleted");
  const payload = await gone.push("exp: once");
  const { body } = await gone.deliver(payload);
  await finished(platform, body.experiments[0].id);
  const path = `/api/v1/experiments/${body.experiments[0].id}`;
  expect((await platform.call("DELETE", path)).status).toBe(204);

  const again = await gone.deliver(payload);

  expect(again.body).toMatchObject({ decision: "duplicate", experiments: [] });
  expect(again.body.reason).toMatch(/^deleted#1 already ran this commit/);
});

test("T-1 a forged delivery is a 401 and leaves no row in any table; the project's list of refused ones has it", async () => {
  const forged = await repository("forged");
  const payload = await forged.push("exp: forged");
  const before = await platform.rowCounts();

  const answers = await Promise.all([
    forged.deliver(payload, { secret: "a guess" }),
    forged.deliver({ ...payload, forced: true }, { secret: "" }),
    forged.deliver({ zen: "x" }, { secret: "a guess", event: "ping" }),
  ]);

  for (const { status, body } of answers) {
    expect(status).toBe(401);
    expect(body.detail).toMatch(/signature is wrong: its webhook has another secret/);
  }
  expect(await platform.rowCounts()).toEqual(before);
  const path = "/api/v1/projects/forged/deliveries/refused";
  const { items } = (await platform.call("GET", path)).body;
  expect(items).toHaveLength(3);
  expect(items[0]).toMatchObject({ status: 401, reason: answers[0]?.body.detail });
});

test("T-2 once a delivery was accepted, another repository's is a 403, however well it is signed", async () => {
  const own = await repository("own");
  await own.deliver(
    { zen: "Keep it logically awesome.", repository: { id: own.id } },
    { event: "ping" },
  );
  const payload = await own.push("exp: of another repository");
  const before = await platform.rowCounts();

  const repositoryOf = { ...payload.repository, id: own.id + 1 };
  const { status, body } = await own.deliver({ ...payload, repository: repositoryOf });

  expect(status).toBe(403);
  expect(body.detail).toContain(
    `of repository ${own.id + 1}, but project own is repository ${own.id}`,
  );
  expect(await platform.rowCounts()).toEqual(before);
  expect((await own.deliver(payload)).body.decision).toBe("started");
});

test("after a rotation both secrets are good, and only these", async () => {
  const rotated = await repository("rotated");
  const oldest = rotated.project.webhookSecret;
  const path = "/api/v1/projects/rotated/webhook-secret";
  const newest = (await platform.call("POST", path)).body.webhookSecret;

  const first = await rotated.deliver(await rotated.push("exp: one"), { secret: oldest });
  const second = await rotated.deliver(await rotated.push("exp: two"), { secret: newest });
  const third = await rotated.deliver(await rotated.push("exp: three"), { secret: "neither" });

  expect(new Set([oldest, newest]).size).toBe(2);
  expect([first, second, third].map(({ status }) => status)).toEqual([202, 202, 401]);
});

test("a ping is answered, and what is no push starts nothing and says what to select", async () => {
  const events = await repository("events");
  const body = { zen: "x", hook_id: 1, repository: { id: events.id } };

  const ping = await events.deliver(body, { event: "ping" });
  const issue = await events.deliver({ ...body, action: "opened" }, { event: "issues" });

  expect([ping.status, ping.body.message]).toEqual([200, "Project events hears this webhook."]);
  expect(issue).toMatchObject({ status: 202, body: { decision: "nothing" } });
  expect(issue.body.reason).toMatch(
    /Events of kind issues start nothing.*Select just the push event/,
  );
  expect((await events.deliveries()).map(({ event }) => event)).toEqual(["issues"]);
});

test("every delivery that starts nothing is in the list with its reason", async () => {
  const list = await repository("reasons", { settings: { branches: ["main", "release/*"] } });
  const { copy } = list;
  const first = await copy.git("rev-parse", "HEAD");
  const plain = await list.push("lower the rate");
  const nearly = await list.push("EXP lower the rate");
  const skipped = await list.push("exp: lower the rate [skip ci]");
  const head = skipped.after;
  const tag = { ref: "refs/tags/v1", before: NOTHING, after: head };

  for (const payload of [
    plain,
    nearly,
    skipped,
    await list.payload({ before: head, after: head }),
    await list.payload({ before: head, after: NOTHING, ref: "refs/heads/release/1" }),
    await list.payload(tag),
    await list.payload({ before: first, after: head, ref: "refs/heads/wip" }),
    await list.payload({ before: first, after: head, ref: "refs/notes/commits" }),
  ])
    expect((await list.deliver(payload)).body).toMatchObject({ decision: "nothing" });

  const shown = await list.deliveries();
  expect(shown.map(({ reason }) => reason)).toEqual([
    "The commit's message does not start with exp: or exp[<manifest>]:.",
    expect.stringMatching(/^[0-9a-f]{7}: This starts nothing, did you mean exp: lower the rate\?$/),
    expect.stringMatching(/: The message holds \[skip ci\], so nothing is started\.$/),
    "The push changes nothing: before and after are the same commit.",
    "The ref was deleted.",
    "Pushes of tags start nothing here; the project's setting `tags` changes that.",
    "Branch wip matches none of the project's branches: main, release/*.",
    "refs/notes/commits is neither a branch nor a tag.",
  ]);
  expect(shown[0]).toMatchObject({
    event: "push",
    source: "webhook",
    push: { ref: "refs/heads/main", after: plain.after, pusher: "ada" },
  });
  expect(await list.experiments()).toEqual([]);
});

test("a push that arrives more than 24 h late is recorded, not started, nor does the next push start it", async () => {
  const late = await repository("late");
  const old = await late.push("exp: of the day before yesterday");
  const pushed_at = Math.floor(Date.now() / 1000) - 25 * 3600;

  const { body } = await late.deliver({ ...old, repository: { ...old.repository, pushed_at } });
  const next = await late.deliver(await late.push("exp: of today"));

  expect(body).toMatchObject({ decision: "nothing", experiments: [] });
  expect(body.reason).toMatch(/more than 24 h before it arrived here; submit it/);
  await decided(late, next.body.deliveryId);
  expect((await late.experiments()).map(({ name }) => name)).toEqual(["of today"]);
});

test("a tag starts an experiment where the project asks for tags", async () => {
  const tagged = await repository("tagged", { settings: { tags: true, branches: ["main"] } });
  await tagged.copy.commit("exp: released");
  await tagged.copy.git("tag", "v1");
  await tagged.copy.push("v1");
  const after = await tagged.copy.git("rev-parse", "HEAD");

  const { body } = await tagged.deliver(
    await tagged.payload({ ref: "refs/tags/v1", before: NOTHING, after }),
  );

  const { experiments } = await decided(tagged, body.deliveryId);
  expect(experiments).toMatchObject([{ number: 1, commit: after }]);
});

test("a new branch starts the commits that are new to the project, oldest first", async () => {
  const branch = await repository("branch");
  await branch.copy.git("checkout", "--quiet", "-b", "idea");
  const first = await branch.copy.commit("exp: first");
  const second = await branch.copy.commit("exp: second");
  await branch.copy.push();

  const { status, body } = await branch.deliver(
    await branch.payload({ ref: "refs/heads/idea", before: NOTHING, after: second }),
  );

  expect([status, body.decision]).toEqual([202, "pending"]);
  expect(body.reason).toBe("The payload does not tell all commits: the repository is asked.");
  const delivery = await decided(branch, body.deliveryId);
  expect(delivery).toMatchObject({ decision: "started", push: { before: NOTHING } });
  expect(delivery.experiments.map(({ commit }: { commit: string }) => commit)).toEqual([
    first,
    second,
  ]);
});

test("a list of commits that was cut is not believed: the repository tells them all", async () => {
  const cut = await repository("cut");
  const before = await cut.copy.git("rev-parse", "HEAD");
  for (const name of ["one", "two", "three"]) await cut.copy.commit(`exp: ${name}`);
  await cut.copy.push();
  const payload = await cut.payload({ before });

  const { body } = await cut.deliver({ ...payload, commits: payload.commits.slice(0, 1) });

  expect(body.decision).toBe("pending");
  expect(await decided(cut, body.deliveryId)).toMatchObject({ decision: "started" });
  expect((await cut.experiments()).map(({ name }) => name)).toEqual(["one", "two", "three"]);
});

test("a forced push looks at its head alone", async () => {
  const forced = await repository("forced");
  const plain = await forced.push("not tagged");
  await forced.deliver(plain);
  await forced.copy.git("reset", "--quiet", "--hard", "HEAD~1");
  await forced.copy.commit("exp: below");
  const after = await forced.copy.commit("exp: the head");
  await forced.copy.push("+HEAD:main");

  const { body } = await forced.deliver(
    await forced.payload({ before: plain.after, after, forced: true }),
  );

  await decided(forced, body.deliveryId);
  expect((await forced.experiments()).map(({ name }) => name)).toEqual(["the head"]);
});

test("a project may take the last commit of a push only", async () => {
  const head = await repository("head", { settings: { commits: "head" } });
  const before = await head.copy.git("rev-parse", "HEAD");
  for (const name of ["one", "two", "three"]) await head.copy.commit(`exp: ${name}`);
  await head.copy.push();

  const { body } = await head.deliver(await head.payload({ before }));

  expect(body.decision).toBe("started");
  expect((await head.experiments()).map(({ name }) => name)).toEqual(["three"]);
});

test("a repository that cannot be reached is registered with a warning, and its deliveries are decided when it is back", async () => {
  const away = await repository("away", { away: true });
  expect(away.project.warning).toMatch(
    /^The repository could not be read: There is no repository at/,
  );
  const after = await away.copy.git("rev-parse", "HEAD");
  const { body } = await away.deliver(await away.payload({ before: NOTHING, after }));
  expect(body.decision).toBe("pending");
  const path = `/api/v1/projects/away/deliveries/${body.deliveryId}`;
  const waiting = await waitFor("the reason", async () => {
    const delivery = (await platform.call("GET", path)).body;
    return /There is no repository at/.test(delivery.reason) && delivery;
  });
  expect(waiting.decision).toBe("pending");

  await away.comeBack();

  expect(await decided(away, body.deliveryId)).toMatchObject({
    decision: "nothing",
    reason: "The commit's message does not start with exp: or exp[<manifest>]:.",
  });
});

test("a project follows its repository to another address: what is there is seen, and another repository may call", async () => {
  const before = await repository("moved");
  await before.deliver(await before.push("exp: at the old address"));
  const after = await repository("moved-to");
  await after.push("exp: before the move");
  const path = `/api/v1/projects/${before.slug}`;
  const address: string = after.project.repository;

  const wrong = await platform.call("PATCH", path, { repository: `${address}.not`, name: "lost" });
  const refused = await platform.call("PATCH", path, { repository: "ext::sh -c x" });
  const { status, body } = await platform.call("PATCH", path, { repository: address });

  expect([wrong.status, refused.status, status]).toEqual([422, 422, 200]);
  expect(wrong.body.errors).toEqual([
    { path: "repository", message: expect.stringMatching(/^The repository could not be read/) },
  ]);
  expect(body).toMatchObject({ name: "moved", repository: address });
  const payload = await after.push("exp: after the move");
  const delivered = await before.deliver(payload);
  expect(delivered.body).toMatchObject({
    decision: "started",
    experiments: [{ number: 2, commit: payload.after }],
  });
  const old = await before.deliver(await before.push("exp: at the old address again"));
  expect(old.status).toBe(403);
});

test("the built-in remote has no repository elsewhere, also later", async () => {
  await platform.call("POST", "/api/v1/projects", { name: "inside", forge: "builtin" });

  const { status, body } = await platform.call("PATCH", "/api/v1/projects/inside", {
    repository: "https://github.com/lab/digits.git",
  });

  expect([status, body.errors[0].path]).toEqual([422, "repository"]);
});

test("a push that the forge tells before its repository has it is decided when it has", async () => {
  const early = await repository("early");
  await early.copy.git("checkout", "--quiet", "-b", "idea");
  const after = await early.copy.commit("exp: not there yet");
  const ref = "refs/heads/idea";
  const { body } = await early.deliver(await early.payload({ ref, before: NOTHING, after }));
  const path = `/api/v1/projects/early/deliveries/${body.deliveryId}`;
  const reason = `Commit ${after.slice(0, 7)} is not in the repository yet.`;
  await waitFor(
    "the reason",
    async () => (await platform.call("GET", path)).body.reason === reason,
  );

  await early.copy.push();

  expect(await decided(early, body.deliveryId)).toMatchObject({ experiments: [{ commit: after }] });
});

test("deliveries that overtake each other start every commit once", async () => {
  const order = await repository("order");
  const first = await order.push("exp: first");
  const second = await order.push("exp: second");
  const third = await order.push("exp: third");

  for (const payload of [second, first, third, first]) {
    const { body } = await order.deliver(payload);
    await decided(order, body.deliveryId);
  }

  expect((await order.experiments()).map(({ name }) => name)).toEqual(["first", "second", "third"]);
  const decisions = (await order.deliveries()).map(({ decision }) => decision);
  expect(decisions).toEqual(["started", "duplicate", "started", "duplicate"]);
});

test("what came first on a branch that starts nothing starts when it comes to one that does", async () => {
  const merged = await repository("merged", { settings: { branches: ["main"] } });
  const before = await merged.copy.git("rev-parse", "HEAD");
  const after = await merged.copy.commit("exp: an idea");
  await merged.copy.push("HEAD:wip");
  const wip = await merged.payload({ ref: "refs/heads/wip", before: NOTHING, after });
  expect((await merged.deliver(wip)).body.decision).toBe("nothing");
  await merged.copy.push("HEAD:main");
  const payload = await merged.payload({ before, after });
  const commits = payload.commits.map((commit) => ({ ...commit, distinct: false }));

  const { body } = await merged.deliver({ ...payload, commits });

  const { experiments } = await decided(merged, body.deliveryId);
  expect(experiments).toMatchObject([{ commit: after }]);
});

test("an experiment whose repository cannot be reached waits, and so does one whose commit is not there yet", async () => {
  const options = { spec: "engineName: dummy", top: "approval: true" };
  const outage = await repository("outage", {}, repositoryFiles("true", options));
  const payload = await outage.push("exp: told before the forge went away");
  await outage.goAway();
  expect((await outage.deliver(payload)).body.decision).toBe("started");
  await atStep(
    platform,
    "outage#1",
    "Waiting",
    /^waiting for the repository: There is no repository/,
  );
  await outage.comeBack();
  const after = await outage.copy.commit("exp: told before it was there");
  const early = await outage.payload({ before: payload.after, after });
  expect((await outage.deliver(early)).body.decision).toBe("started");
  await atStep(
    platform,
    "outage#2",
    "Waiting",
    /^waiting for the repository: Commit [0-9a-f]{7} is not/,
  );

  await outage.copy.push();

  for (const id of ["outage%231", "outage%232"]) {
    await atStep(platform, decodeURIComponent(id), "Waiting", /^waiting for approval$/);
    await platform.call("POST", `/api/v1/experiments/${id}/cancel`);
  }
});
