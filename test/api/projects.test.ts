import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { EngineAnswer, EnginePage, ValidateAnswer } from "../../src/contract/operations.ts";
import { Problem } from "../../src/contract/problem.ts";
import {
  CreatedProjectAnswer,
  ProjectAnswer,
  ProjectPage,
  WebhookSecretAnswer,
} from "../../src/contract/project.ts";
import { type Api, createTestExperiment, read, startApi } from "./start-api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const create = (body: object): Promise<Response> => api.send("POST", "/api/v1/projects", body);

const paths = async (response: Response): Promise<readonly string[]> =>
  (await read(Problem, response)).errors?.map(({ path }) => path) ?? [];

const change = (settings: object): Promise<ProjectAnswer> =>
  read(ProjectAnswer, api.send("PATCH", "/api/v1/projects/tuned", { settings }));

const judge = (body: string, type: string, query = ""): Promise<ValidateAnswer> =>
  read(
    ValidateAnswer,
    api.call(`/api/v1/manifests/validate${query}`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    }),
  );

test("a project is made with its addresses, and its webhook secret is told this once", async () => {
  const response = await create({ name: "Digits, 2nd try", forge: "builtin" });

  expect(response.status).toBe(201);
  const made = await read(CreatedProjectAnswer, response);
  expect(made).toMatchObject({
    slug: "digits-2nd-try",
    forge: "builtin",
    engine: "docker",
    gitUrl: "http://assay.test/git/digits-2nd-try.git",
    webhookUrl: "http://assay.test/webhooks/digits-2nd-try",
    settings: { trigger: "strict", maxActive: null },
  });
  for (const reference of [made.slug, made.id]) {
    const shown = await (await api.call(`/api/v1/projects/${reference}`)).text();
    expect(ProjectAnswer.parse(JSON.parse(shown)).id).toBe(made.id);
    expect(shown).not.toContain(made.webhookSecret);
  }
});

test("what is wrong with a project is told all at once, with where it is", async () => {
  const unknown = await create({ name: "x", forge: "sourcehut", colour: "red" });
  const wrong = await create({ name: "x", slug: "No Slug", forge: "github", engine: "lab" });

  expect([unknown.status, wrong.status]).toEqual([422, 422]);
  expect(await paths(unknown)).toEqual(["forge", "colour"]);
  expect(await paths(wrong)).toEqual(["slug", "repository", "engine"]);
});

test("what is wrong with a request is told in words that say what to write", async () => {
  const answer = await read(
    Problem,
    create({
      name: "",
      slug: 7,
      forge: "guthub",
      engine: null,
      settings: { maxActive: 1.5, branches: "main", tags: 1, comits: "head", env: { A: 2 } },
    }),
  );

  expect(answer.errors).toEqual([
    { path: "name", message: "name must not be empty." },
    { path: "slug", message: "slug must be text, not 7." },
    {
      path: "forge",
      message:
        'forge must be builtin, github, gitlab, gitea or bitbucket, not "guthub", did you mean github?',
      suggestion: "github",
    },
    { path: "engine", message: "engine must be text, not null." },
    { path: "settings.branches", message: "settings.branches must be a list, not text." },
    { path: "settings.tags", message: "settings.tags must be true or false, not 1." },
    {
      path: "settings.maxActive",
      message: "settings.maxActive must be a whole number, not 1.5.",
    },
    { path: "settings.env.A", message: "settings.env.A must be text, not 2." },
    {
      path: "settings.comits",
      message: "settings.comits is not known, did you mean commits?",
      suggestion: "commits",
    },
  ]);
  expect(answer.detail).toBe(answer.errors?.map(({ message }) => message).join(" "));
  const missing = await read(Problem, create({}));
  expect(missing.detail).toMatch(
    /^name is missing; it must be text\. forge is missing; it must be builtin/,
  );
  const query = await read(Problem, api.call("/api/v1/projects?limit=many&cursr=x"));
  expect(query.detail).toBe("limit must be a number. cursr is not known, did you mean cursor?");
});

test("what cannot be read at all is told in words of ours", async () => {
  const address = await read(Problem, api.call("/api/v1/projects/%ff"));
  const body = await read(
    Problem,
    api.call("/api/v1/projects", {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: "{}",
    }),
  );

  expect(address).toMatchObject({ status: 400, detail: expect.stringMatching(/^The address has/) });
  expect(body).toMatchObject({
    status: 400,
    detail: "The body is not compressed as its Content-Encoding says.",
  });
});

test("a name of which no slug can be made says which characters it takes", async () => {
  const response = await create({ name: "🚀", forge: "builtin" });
  const given = await create({ name: "🚀", slug: "rocket", forge: "builtin" });

  expect(response.status).toBe(422);
  expect((await read(Problem, response)).errors).toEqual([
    {
      path: "name",
      message:
        'No address can be made of the name "🚀": use at least one letter from a to z or a digit in it, or give a slug beside it.',
    },
  ]);
  expect(await read(CreatedProjectAnswer, given)).toMatchObject({ name: "🚀", slug: "rocket" });
});

test.each([
  ["[", /^"\[" can match no branch: no branch's name holds \[\./],
  ["exp/?", /holds \?/],
  ["a branch", /holds a space/],
  ["/main", /begins with \//],
  ["exp/", /ends with \//],
  ["a..b", /holds "\.\."/],
  ["a//b", /holds "\/\/"/],
  ["refs/heads/main", /leave refs\/heads\/ out/],
  ["main.lock", /ends with \.lock/],
])("the glob %j, which can match no branch, is refused", async (glob, words) => {
  const settings = { branches: ["main", glob] };
  const made = await create({ name: "globs", forge: "builtin", settings });

  expect(made.status).toBe(422);
  const { errors } = await read(Problem, made);
  expect(errors).toMatchObject([{ path: "settings.branches.1" }]);
  expect(errors?.[0]?.message).toMatch(words);
});

test("a slug is taken once", async () => {
  expect((await create({ name: "twice", forge: "builtin" })).status).toBe(201);
  expect((await create({ name: "twice", forge: "builtin" })).status).toBe(409);
});

test("settings that are named change, the others stay, and null is no limit", async () => {
  await create({ name: "tuned", forge: "builtin", settings: { maxActive: 3, branches: ["main"] } });
  const first = await change({ buildTimeoutSeconds: "1h30m" });
  const second = await change({ maxActive: null });

  expect(first.settings).toMatchObject({
    maxActive: 3,
    branches: ["main"],
    buildTimeoutSeconds: 5400,
  });
  expect(second.settings).toMatchObject({ maxActive: null, branches: ["main"] });
});

test("a new webhook secret is another one", async () => {
  const made = await read(CreatedProjectAnswer, create({ name: "rotated", forge: "builtin" }));

  const rotate = api.call("/api/v1/projects/rotated/webhook-secret", { method: "POST" });

  expect((await read(WebhookSecretAnswer, rotate)).webhookSecret).not.toBe(made.webhookSecret);
});

test("a project with active experiments is not deleted; one without is gone", async () => {
  const { database } = api.ports;
  const { id } = await read(CreatedProjectAnswer, create({ name: "busy", forge: "builtin" }));
  const project = await database.projects.find(id);
  if (project === undefined) throw new Error("the project is not there");
  const experiment = await createTestExperiment(database, project);
  const remove = async (): Promise<number> =>
    (await api.call("/api/v1/projects/busy", { method: "DELETE" })).status;

  expect(await remove()).toBe(409);
  await database.experiments.advance(experiment, { step: "Waiting", status: "Failed" });
  expect(await remove()).toBe(204);
  expect((await api.call("/api/v1/projects/busy")).status).toBe(404);
});

test("projects come page by page, the newest first", async () => {
  const first = await read(ProjectPage, api.call("/api/v1/projects?limit=2"));
  const second = await read(ProjectPage, api.call(`/api/v1/projects?cursor=${first.nextCursor}`));
  const all = await read(ProjectPage, api.call("/api/v1/projects"));

  expect([...first.items, ...second.items]).toEqual(all.items);
  expect(all.items[0]?.slug).toBe("rotated");
});

test("engines tell their machines and whether they take work; pausing one says who did it", async () => {
  const { items } = await read(EnginePage, api.call("/api/v1/engines"));
  expect(items).toMatchObject([
    { name: "docker", paused: false, closed: null, machines: [{ cpus: 4, memoryGb: 8 }] },
  ]);

  const pause = api.call("/api/v1/engines/docker/pause", { method: "POST" });
  expect(await read(EngineAnswer, pause)).toMatchObject({
    paused: true,
    closed: expect.stringContaining("ada"),
  });
  const resume = api.call("/api/v1/engines/docker/resume", { method: "POST" });
  expect(await read(EngineAnswer, resume)).toMatchObject({ paused: false, closed: null });
  expect((await api.call("/api/v1/engines/lab/pause", { method: "POST" })).status).toBe(404);
});

test("a manifest is judged as it is, whatever its media type is called", async () => {
  const good = [
    "kind: AIchorManifest",
    "apiVersion: 0.2.2",
    "builder: { image: digits, dockerfile: ./Dockerfile, context: . }",
    "spec:",
    "  operator: jobset",
    "  image: digits",
    "  command: python train.py",
    "  types: { worker: { count: 1, resources: { cpus: 1, ramRatio: 2 } } }",
  ].join("\n");

  const valid = await judge(good, "text/yaml");
  const wrong = await judge(good.replace("command", "comand"), "application/x-www-form-urlencoded");
  const foreign = await judge(`${good}\n  engineName: lab\n`, "text/yaml", "?project=tuned");

  expect(valid).toMatchObject({ valid: true, errors: [] });
  expect(wrong.errors).toContainEqual(
    expect.objectContaining({ path: "spec.comand", line: 7, suggestion: "command" }),
  );
  expect(foreign).toMatchObject({ valid: false, errors: [{ path: "spec.engineName" }] });
});
