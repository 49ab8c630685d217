import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, repositoryFiles } from "../support/experiments.ts";
import { GitHubRepository } from "../support/github.ts";
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

async function repository(
  name: string,
  options: Parameters<typeof GitHubRepository.create>[3] = {},
  files: Readonly<Record<string, string>> = { "README.md": "no manifest" },
): Promise<GitHubRepository> {
  const settings = { pollSeconds: "10m", ...options.settings };
  const made = await GitHubRepository.create(platform, name, files, { ...options, settings });
  repositories.push(made);
  return made;
}

const polling = async ({ slug }: GitHubRepository) =>
  (await platform.call("GET", `/api/v1/projects/${slug}/polling`)).body;

/** As if its time had come: answers how the look went. */
async function look(of: GitHubRepository) {
  const before = await polling(of);
  const ids = platform.knex("projects").where({ slug: of.slug }).select("id");
  return waitFor("the repository to be asked", async () => {
    // What was claimed at the moment of the first try is written after it.
    await platform
      .knex("polls")
      .where("project_id", "in", ids)
      .update({ due_at: new Date(0) });
    const now = await polling(of);
    return now.polledAt !== before.polledAt && now;
  });
}
const allDecided = (of: GitHubRepository) =>
  waitFor("the deliveries to be decided", async () => {
    const deliveries = await of.deliveries();
    return deliveries.every(({ decision }) => decision !== "pending") && deliveries;
  });

test("what was pushed is found and runs, once, however often is looked", async () => {
  const files = repositoryFiles("echo found", { spec: "engineName: dummy" });
  const found = await repository("found", {}, files);
  await look(found);
  await found.copy.commit("exp: first");
  await found.copy.commit("exp: second");
  await found.copy.push();

  expect(await look(found)).toMatchObject({ everySeconds: 600, problem: null });
  const deliveries = await allDecided(found);
  await look(found);

  expect(deliveries).toMatchObject([{ source: "poll", decision: "started" }]);
  expect((await found.experiments()).map(({ name }) => name)).toEqual(["first", "second"]);
  expect((await found.deliveries()).length).toBe(1);
  expect(await finished(platform, "found#2")).toMatchObject({ status: "Succeeded" });
});

test("a webhook and a look that both tell of a push make one experiment", async () => {
  const both = await repository("both");
  await look(both);
  const payload = await both.push("exp: told twice");

  await Promise.all([both.deliver(payload), look(both)]);
  await look(both);
  await allDecided(both);

  expect((await both.experiments()).length).toBe(1);
});

test("a repository that could not be reached when it was registered starts nothing of what it had", async () => {
  const late = await repository("late", { away: true });
  expect((await look(late)).problem).toMatch(/repository/);
  await late.comeBack();
  await late.push("exp: from before the first look");

  expect(await look(late)).toMatchObject({ problem: null });
  expect(await late.deliveries()).toEqual([]);
  await late.push("exp: new");
  await look(late);
  await allDecided(late);

  expect((await late.experiments()).map(({ name }) => name)).toEqual(["new"]);
});

test("a repository that is away is told with its reason, asked less often, and nothing of it is lost", async () => {
  const away = await repository("away");
  await look(away);
  await away.push("exp: while nobody could look");
  await away.goAway();

  const { problem } = await look(away);
  await look(away);
  const [row] = await platform
    .knex("polls")
    .join("projects", "projects.id", "polls.project_id")
    .where({ slug: "away" });
  await away.comeBack();
  await look(away);
  await allDecided(away);

  expect(problem).toMatch(/^There is no repository at file:/);
  expect(row.failures).toBeGreaterThanOrEqual(2);
  expect((await away.experiments()).length).toBe(1);
});

test("a push without an experiment, and a branch that goes, are told and not told again", async () => {
  const quiet = await repository("quiet");
  await look(quiet);
  await quiet.copy.git("switch", "--quiet", "--create", "side");
  await quiet.copy.commit("no experiment", { "a.txt": "a" });
  await quiet.copy.git("push", "--quiet", "origin", "side");
  await look(quiet);
  await allDecided(quiet);
  await quiet.copy.git("push", "--quiet", "origin", ":side");
  await look(quiet);
  await look(quiet);

  expect(await allDecided(quiet)).toMatchObject([
    { decision: "nothing", reason: expect.stringContaining("does not start with exp:") },
    { decision: "nothing", reason: "The ref was deleted." },
  ]);
  expect(await quiet.experiments()).toEqual([]);
});

test("two servers never ask one repository at the same time", async () => {
  const shared = await repository("shared");
  await look(shared);
  const { polls } = platform.ports.database;
  await platform.call("PATCH", "/api/v1/projects/shared", { settings: { pollSeconds: null } });
  const { id } = shared.project;
  await platform.knex("polls").update({ due_at: new Date(Date.now() + 3_600_000) });
  await platform
    .knex("polls")
    .where({ project_id: id })
    .update({ due_at: new Date(0) });
  await platform.knex.raw(
    `update projects set settings = settings || '{"pollSeconds": 600}' where id = ?`,
    [id],
  );

  const claims = await Promise.all([1, 2, 3, 4].map(() => polls.claim(8)));

  // The platform's own look may have been the first one.
  expect(claims.flat().length).toBeLessThanOrEqual(1);
});

test("a time that is too short is refused in a sentence, and none is no polling", async () => {
  const short = await platform.call("POST", "/api/v1/projects", {
    name: "hasty",
    forge: "github",
    repository: "https://github.example/lab/hasty.git",
    settings: { pollSeconds: 1 },
  });
  const none = await repository("none", { settings: { pollSeconds: null } });

  expect(short.status).toBe(422);
  expect(short.body.detail).toContain("every 10 seconds at most");
  expect(await polling(none)).toEqual({ everySeconds: null, polledAt: null, problem: null });
});
