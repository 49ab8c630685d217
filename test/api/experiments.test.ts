import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { CancelAnswer, ExperimentAnswer, ExperimentPage } from "../../src/contract/experiment.ts";
import { JsonObject } from "../../src/contract/json.ts";
import { QueueAnswer } from "../../src/contract/operations.ts";
import { Problem } from "../../src/contract/problem.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import type { Project } from "../../src/core/project.ts";
import { type Api, createTestExperiment, createTestProject, read, startApi } from "./start-api.ts";

let api: Api;
let project: Project;
let first: Experiment;
beforeAll(async () => {
  api = await startApi();
  const { database } = api.ports;
  project = await createTestProject(database);
  first = await createTestExperiment(database, project, {
    name: "baseline",
    tags: ["baseline", "small"],
  });
  const letters = await createTestProject(database, { slug: "letters", engine: "lab" });
  await createTestExperiment(database, letters, {
    name: "wider layers",
    tags: ["small"],
    source: {
      kind: "commit",
      commit: "c".repeat(40),
      branch: "feature/wide",
      message: "exp: wider layers",
      author: { name: "Grace", email: "grace@example.org" },
    },
  });
  for (let count = 0; count < 5; count += 1) await createTestExperiment(database, project);
});
afterAll(() => api.stop());

const list = (query = ""): Promise<Response> => api.call(`/api/v1/experiments${query}`);
const names = async (query: string): Promise<readonly string[]> =>
  (await read(ExperimentPage, list(query))).items.map(
    (item) => `${item.project.slug}#${item.number}`,
  );
const one = (reference: string): Promise<Response> => api.call(`/api/v1/experiments/${reference}`);
const newest = (): Promise<Experiment> => createTestExperiment(api.ports.database, project);

test("the list is newest first, and each item has all but the manifests", async () => {
  const { items, nextCursor } = await read(ExperimentPage, list());

  expect(items.map(({ createdAt }) => createdAt)).toEqual(
    items
      .map(({ createdAt }) => createdAt)
      .toSorted()
      .toReversed(),
  );
  expect(items).toHaveLength(7);
  expect(nextCursor).toBeNull();
  expect(items[0]?.steps).toHaveLength(6);
});

test.each([
  ["?project=letters", ["letters#1"]],
  ["?engine=lab", ["letters#1"]],
  ["?tag=baseline", ["digits#1"]],
  ["?tag=baseline&tag=small", ["digits#1"]],
  ["?branch=feature%2Fwide", ["letters#1"]],
  ["?author=GRACE", ["letters#1"]],
  ["?q=wider", ["letters#1"]],
  ["?status=Failed&status=Cancelled", []],
  ["?status=Failed&status=Created&project=letters", ["letters#1"]],
  ["?step=Running", []],
  ["?archived=true", []],
  ["?createdAfter=2999-01-01T00:00:00Z", []],
  ["?createdBefore=2999-01-01T00:00:00%2B02:00&tag=baseline", ["digits#1"]],
  ["?archived=all&sort=-createdAt&tag=baseline", ["digits#1"]],
])("the list can be asked for %s", async (query, expected) => {
  expect(await names(query)).toEqual(expected);
});

test("pages join without gap or repeat", async () => {
  const all = await names("");
  const found: string[] = [];
  let cursor = "";
  do {
    const page = await read(ExperimentPage, list(`?limit=2${cursor}`));
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items.map((item) => `${item.project.slug}#${item.number}`));
    cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
  } while (cursor !== "");

  expect(found).toEqual(all);
});

function cursorOf(...place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

// Which of a, B and ß comes first is the database's language: of the names, only the place of the two a is looked at.
test.each([
  ["createdAt", [1, 2, 3, 4, 5, 6]],
  ["name", [2, 4]],
  ["-name", [4, 2]],
  // What has not finished finishes last.
  ["finishedAt", [1, 2, 4, 5, 6, 3]],
  ["-finishedAt", [3, 6, 5, 4, 2, 1]],
])("pages sorted by %s join without gap or repeat, in order", async (sort, order) => {
  const { database } = api.ports;
  const sorted = await createTestProject(database, { slug: `sorted-${sort.toLowerCase()}` });
  for (const name of ["b", "a", "ß", "a", "B", "c".repeat(200)]) {
    const made = await createTestExperiment(database, sorted, { name });
    if (name !== "ß")
      await database.experiments.advance(made, { step: "Waiting", status: "Failed" });
  }
  const page = (query: string) =>
    read(ExperimentPage, list(`?project=${sorted.slug}&sort=${sort}${query}`));
  const all = (await page("")).items.map(({ number }) => number);

  const found: number[] = [];
  let cursor = "";
  do {
    const { items, nextCursor } = await page(`&limit=2${cursor}`);
    found.push(...items.map(({ number }) => number));
    cursor = nextCursor === null ? "" : `&cursor=${nextCursor}`;
  } while (cursor !== "");

  expect(found).toEqual(all);
  expect(found).toHaveLength(6);
  expect(found.filter((number) => order.includes(number))).toEqual(order);
});

test.each([
  ["?limit=201", /limit/],
  ["?limit=0", /limit/],
  ["?limit=1&limit=2", /limit/],
  ["?status=failed", /^status must be .* did you mean Failed\?$/],
  ["?statsu=Failed", /statsu.*did you mean status\?/],
  ["?cursor=nonsense", /cursor/],
  ["?sort=status", /^sort must be -createdAt, createdAt, name, .* or finishedAt, not "status"\.$/],
  [
    `?sort=name&cursor=${cursorOf("-createdAt", "", 1)}`,
    /belongs to the list with sort=-createdAt/,
  ],
  [`?sort=finishedAt&cursor=${cursorOf("finishedAt", "soon", 1)}`, /none of ours/],
  [`?sort=name&cursor=${cursorOf("name", "\0", 1)}`, /none of ours/],
  ["?createdAfter=yesterday", /createdAfter/],
  ["?q=%00", /NUL/],
])("a list that cannot be asked for (%s) is a 400 in words", async (query, words) => {
  const response = await list(query);

  expect(response.status).toBe(400);
  expect((await read(Problem, response)).detail).toMatch(words);
});

test("an address that lost its #1 on the way is told how to write it", async () => {
  const response = await one("digits");

  expect(response.status).toBe(404);
  expect((await read(Problem, response)).detail).toBe(
    'There is no experiment "digits". It is a project: name one of its experiments as digits/1 or digits%231.',
  );
});

test("an experiment is found by id, prefix, number and name", async () => {
  const references = [first.id, first.id.slice(0, 8), "digits%231", "digits/1", "baseline"];
  for (const reference of references)
    expect((await read(ExperimentAnswer, one(reference))).id).toBe(first.id);
  expect((await one("digits%2399")).status).toBe(404);
  expect((await one("digits/1/nothing")).status).toBe(404);
  // Six of them have this name.
  const several = await one("lower%20the%20learning%20rate");
  expect(several.status).toBe(409);
  expect((await read(Problem, several)).detail).toMatch(/digits#\d/);
});

test("name, description and tags can be changed, and nothing else", async () => {
  const { id } = await newest();
  const change = { name: "better", description: "why", tags: ["x"] };

  const changed = await read(
    ExperimentAnswer,
    api.send("PATCH", `/api/v1/experiments/${id}`, change),
  );
  const refused = await api.send("PATCH", `/api/v1/experiments/${id}`, { status: "Succeeded" });

  expect(changed).toMatchObject(change);
  expect(refused.status).toBe(422);
  expect((await read(Problem, refused)).errors).toMatchObject([{ path: "status" }]);
});

test("fields are read, replaced and merged, each answer with its ETag", async () => {
  const path = `/api/v1/experiments/${(await newest()).id}/fields`;

  const replaced = await api.send("PUT", path, { acc: 0.9, note: { by: "ada" } });
  const merged = await api.send("PATCH", path, { acc: null, note: { on: "monday" } });
  const read_ = await api.call(path);

  expect(await read(JsonObject, replaced)).toEqual({ acc: 0.9, note: { by: "ada" } });
  expect(await read(JsonObject, merged)).toEqual({ note: { by: "ada", on: "monday" } });
  expect(await read(JsonObject, read_)).toEqual({ note: { by: "ada", on: "monday" } });
  expect(read_.headers.get("etag")).toBe(merged.headers.get("etag"));
  expect(replaced.headers.get("etag")).not.toBe(merged.headers.get("etag"));
});

test("a write with an If-Match that is not the present ETag is a 412 and changes nothing", async () => {
  const path = `/api/v1/experiments/${(await newest()).id}/fields`;
  const put = (ifMatch: string, body: object): Promise<Response> =>
    api.call(path, {
      method: "PUT",
      headers: { "content-type": "application/json", "if-match": ifMatch },
      body: JSON.stringify(body),
    });
  const etag = (await api.call(path)).headers.get("etag") ?? "";

  expect((await put(etag, { a: 1 })).status).toBe(200);
  expect((await put(etag, { a: 2 })).status).toBe(412);
  expect((await put('"nonsense"', { a: 2 })).status).toBe(412);
  expect(await read(JsonObject, api.call(path))).toEqual({ a: 1 });
  expect((await put("*", { a: 3 })).status).toBe(200);
});

test("merges at the same time are all there in the end", async () => {
  const path = `/api/v1/experiments/${(await newest()).id}/fields`;
  const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);

  const answers = await Promise.all(keys.map((key) => api.send("PATCH", path, { [key]: 1 })));

  expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
  expect(Object.keys(await read(JsonObject, api.call(path))).toSorted()).toEqual(keys);
});

test.each([
  "[]",
  '"text"',
  "{",
  '{"a":"\\u0000"}',
  '{"a":"\\ud800"}',
  `${'{"a":'.repeat(9999)}1${"}".repeat(9999)}`,
])("fields that cannot be kept are refused (%.20s)", async (body) => {
  const response = await api.call(`/api/v1/experiments/${first.id}/fields`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body,
  });

  expect([400, 422]).toContain(response.status);
});

test("cancelling is a 202, and once more a 200 that says why nothing changed", async () => {
  const path = `/api/v1/experiments/${(await newest()).id}/cancel`;

  const once = await api.call(path, { method: "POST" });
  const again = await api.send("POST", path, { kill: false });

  expect(once.status).toBe(202);
  expect((await read(CancelAnswer, once)).changed).toBe(true);
  expect(again.status).toBe(200);
  expect(await read(CancelAnswer, again)).toMatchObject({
    changed: false,
    message: "It is already being cancelled.",
  });
});

test("a resubmit is a 201 with the new experiment and where it is", async () => {
  const path = `/api/v1/experiments/${first.id}/resubmit`;
  const overrides = { params: { lr: 0.01 }, timeout: "1h30m", tags: ["again"] };

  const response = await api.send("POST", path, { freshBuild: true, overrides });

  expect(response.status).toBe(201);
  const made = await read(ExperimentAnswer, response);
  expect(made).toMatchObject({
    parentId: first.id,
    triggeredBy: "resubmit",
    createdBy: "ada",
    tags: ["again"],
  });
  expect(response.headers.get("location")).toBe(`/api/v1/experiments/${made.id}`);
  const kept = await api.ports.database.experiments.find(made.id);
  expect(kept?.overrides).toMatchObject({
    freshBuild: true,
    timeoutSeconds: 5400,
    params: { lr: 0.01 },
  });
  expect(await names(`?parent=${first.id}`)).toEqual([`digits#${made.number}`]);
});

test("a repeated Idempotency-Key answers the first one's experiment", async () => {
  const path = `/api/v1/experiments/${first.id}/resubmit`;
  const request = { method: "POST", headers: { "idempotency-key": "once" } };

  const once = await read(ExperimentAnswer, api.call(path, request));
  const again = await read(ExperimentAnswer, api.call(path, request));

  expect(again.id).toBe(once.id);
});

test("an Idempotency-Key with another request is refused, and makes nothing", async () => {
  const path = `/api/v1/experiments/${first.id}/resubmit`;
  const ask = (body: object): Promise<Response> =>
    api.send("POST", path, body, { "idempotency-key": "twice" });
  const made = await read(ExperimentAnswer, ask({ overrides: { priority: 3, tags: ["a"] } }));

  const other = await ask({ overrides: { priority: 4, tags: ["a"] } });
  const same = await read(ExperimentAnswer, ask({ overrides: { tags: ["a"], priority: 3 } }));

  expect(other.status).toBe(422);
  expect((await read(Problem, other)).detail).toBe(
    `This Idempotency-Key was sent with another request, which made digits#${made.number}. Send that request again, or take another key.`,
  );
  expect(same.id).toBe(made.id);
});

test("resubmits with one Idempotency-Key at the same instant make one experiment", async () => {
  const path = `/api/v1/experiments/${first.id}/resubmit`;
  const ask = (): Promise<Response> =>
    api.send("POST", path, { overrides: { priority: 7 } }, { "idempotency-key": "at-once" });

  const made = await Promise.all(
    [ask(), ask(), ask()].map((answer) => read(ExperimentAnswer, answer)),
  );

  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
});

test("a wrong request is a 422 that tells every error and where it is", async () => {
  const response = await api.send("POST", `/api/v1/experiments/${first.id}/resubmit`, {
    overides: {},
    overrides: { timeout: "soon", priority: 0, resource: {} },
  });

  expect(response.status).toBe(422);
  const { errors } = await read(Problem, response);
  expect(errors).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ path: "overides", suggestion: "overrides" }),
      expect.objectContaining({ path: "overrides.timeout" }),
      expect.objectContaining({ path: "overrides.priority" }),
      expect.objectContaining({ path: "overrides.resource" }),
    ]),
  );
});

test("a resubmit with what the manifest does not know says so, and makes nothing", async () => {
  const experiment = await newest();
  const manifestText =
    "spec: { operator: jobset, command: x, types: { w: { resources: { memory: 1 } } } }";
  await api.ports.database.experiments.advance(experiment, {
    step: "Waiting",
    status: "Failed",
    facts: { manifestText },
  });

  const response = await api.send("POST", `/api/v1/experiments/${experiment.id}/resubmit`, {
    overrides: { params: { lt: 1 } },
  });

  expect(response.status).toBe(422);
  expect(await read(Problem, response)).toMatchObject({
    detail: "The manifest declares no parameter lt: it declares none.",
    errors: [{ path: "params.lt" }],
  });
  expect(await names(`?parent=${experiment.id}`)).toEqual([]);
});

test("an active experiment is neither archived nor deleted; a finished one is both", async () => {
  const experiment = await newest();
  const path = `/api/v1/experiments/${experiment.id}`;
  const archive = (): Promise<Response> => api.call(`${path}/archive`, { method: "POST" });

  expect((await archive()).status).toBe(409);
  expect((await api.call(path, { method: "DELETE" })).status).toBe(409);
  await api.ports.database.experiments.advance(experiment, { step: "Waiting", status: "Failed" });
  expect((await read(ExperimentAnswer, archive())).archivedAt).not.toBeNull();
  expect(await names("?archived=true")).toEqual([`digits#${experiment.number}`]);
  const unarchived = api.call(`${path}/unarchive`, { method: "POST" });
  expect((await read(ExperimentAnswer, unarchived)).archivedAt).toBeNull();
  expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
  expect((await api.call(path)).status).toBe(404);
});

test("the queue tells what waits, in the order in which it is looked at", async () => {
  const { id } = await createTestExperiment(api.ports.database, project, { priority: 1 });

  const queue = await read(QueueAnswer, api.call("/api/v1/queue"));

  expect(queue.experiments[0]).toMatchObject({ position: 1, id, priority: 1 });
  expect(queue.experiments.map(({ priority }) => priority)).toEqual(
    queue.experiments.map(({ priority }) => priority).toSorted((a, b) => a - b),
  );
});
