import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ExperimentAnswer } from "../../src/contract/experiment.ts";
import { SessionAnswer } from "../../src/contract/operations.ts";
import { Problem } from "../../src/contract/problem.ts";
import type { Route } from "../../src/contract/route.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import { hashOfToken } from "../../src/pipeline/verbs/create-token.ts";
import { run } from "./examples.ts";
import { type Api, createTestExperiment, createTestProject, read, startApi } from "./start-api.ts";

const RUN_TOKEN = "assay_run_of_the_first_experiment";
const MEMBER_TOKEN = "assay_token_of_a_member";

let api: Api;
let own: Experiment;
let other: Experiment;
beforeAll(async () => {
  api = await startApi();
  const { database } = api.ports;
  const project = await createTestProject(database);
  own = await createTestExperiment(database, project);
  other = await createTestExperiment(database, project);
  const { name, engine, priority, plan } = run();
  const tokenHash = hashOfToken(RUN_TOKEN);
  await database.runs.create({ experimentId: own.id, name, engine, priority, plan, tokenHash });
  await database.tokens.put({ hash: hashOfToken(MEMBER_TOKEN), user: "bob", administrator: false });
});
afterAll(() => api.stop());

const routes = Object.values<Route>(ROUTES);
const guarded = routes.filter(({ access }) => access !== "public");
const concrete = (path: string): string =>
  path
    .replace("/experiments/:id", `/experiments/${own.id}`)
    .replace(":project", "digits")
    .replace(":bucket", "input")
    .replace(/:\w+/, own.id)
    .replace("{*key}", "a.txt");
const as = (token: string, path: string, method = "GET", body?: unknown): Promise<Response> =>
  fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

test.each(guarded.map(({ method, path }) => [method.toUpperCase(), path] as const))(
  "T-16 %s %s answers nobody without a token, or with a wrong one",
  async (method, path) => {
    const counts = await api.rowCounts();
    const bare = await fetch(`${api.url}${concrete(path)}`, { method });
    const wrong = await as("assay_wrong", concrete(path), method);
    const basic = await fetch(`${api.url}${concrete(path)}`, {
      method,
      headers: { authorization: `Basic ${btoa(`x:${api.token}`)}` },
    });

    for (const response of [bare, wrong, basic]) {
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect((await read(Problem, response)).status).toBe(401);
    }
    expect(await api.rowCounts()).toEqual(counts);
  },
);

test("T-11 no way to write an address gets past the sign-in", async () => {
  const base = ["/api/v1/experiments", "/api/v1/projects", "/metrics", "/api/v1/queue"];
  const disguises = base.flatMap((path) => [
    path,
    `/${path}`,
    `//x${path}`,
    `/healthz/..${path}`,
    `/healthz/%2e%2e${path}`,
    `/healthz/%2e%2e%2f${path}`,
    `/.${path}`,
    `/%2e${path}`,
    `${path}/`,
    `${path}.`,
    `${path};.jsp`,
    `${path};/healthz`,
    `${path}%00`,
    `${path}%20`,
    `${path}/../../healthz`,
    `${path}?x=/healthz`,
    path.toUpperCase(),
    path.replaceAll("/", "%2f"),
    path.replaceAll("/", "\\"),
    `/webhooks/..${path}`,
    `/webhooks/digits/..${path}`,
    `/schema/manifest.schema.json${path}`,
    `http://localhost${path}`,
  ]);
  for (const path of disguises)
    for (const headers of [{}, { "x-original-url": "/healthz", "x-http-method-override": "GET" }]) {
      const status = await rawStatus(path, headers);
      expect(`${path} ${status >= 400}`).toBe(`${path} true`);
    }
});

test("T-8 a session changes things only for a page of our own", async () => {
  const cookie = await signIn();
  const cancel = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${api.url}/api/v1/experiments/${other.id}/archive`, {
      method: "POST",
      headers: { cookie, ...headers },
    });

  for (const origin of [
    "https://evil.example",
    "null",
    `${api.url}.evil.example`,
    "http://127.0.0.1",
  ])
    expect((await cancel({ origin })).status).toBe(403);
  expect((await cancel({})).status).toBe(403);
  // It is still active: the call went through, and the verb answers.
  expect((await cancel({ origin: api.url })).status).toBe(409);
  expect((await cancel({ origin: "http://assay.test" })).status).toBe(409);
});

test("T-8 a form of another site is refused for what it is", async () => {
  const cookie = await signIn();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const response = await fetch(`${api.url}/api/v1/experiments`, {
      method: "POST",
      headers: { cookie, origin: api.url, "content-type": type },
      body: '{"project":"digits"}',
    });
    expect(response.status).toBe(415);
  }
  const signingIn = await fetch(`${api.url}/api/v1/session`, {
    method: "POST",
    body: JSON.stringify({ token: api.token }),
  });
  expect(signingIn.status).toBe(415);
});

test("T-8 nothing is changed by GET, and no answer lets another site read it", async () => {
  for (const verb of ["cancel", "resubmit", "approve", "archive"])
    expect((await api.call(`/api/v1/experiments/${own.id}/${verb}`)).status).toBe(405);
  const response = await api.call("/api/v1/experiments", {
    headers: { origin: "https://x.example" },
  });

  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(response.headers.get("x-powered-by")).toBeNull();
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("signing in gives a cookie that scripts cannot read, and signing out takes it back", async () => {
  const wrong = await as("", "/api/v1/session", "POST", { token: "assay_wrong" });
  const signedIn = await as("", "/api/v1/session", "POST", { token: api.token });

  expect(wrong.status).toBe(401);
  const setCookie = signedIn.headers.get("set-cookie") ?? "";
  expect(setCookie).toMatch(/^assay_session=[^;]+;.*HttpOnly.*SameSite=Strict/);
  expect(setCookie).not.toContain(api.token);
  const headers = { cookie: setCookie.split(";")[0] ?? "" };
  const who = await read(SessionAnswer, fetch(`${api.url}/api/v1/session`, { headers }));
  expect(who).toEqual({ user: "ada", administrator: true });
  const out = await fetch(`${api.url}/api/v1/session`, {
    method: "DELETE",
    headers: { ...headers, origin: api.url },
  });
  expect(out.status).toBe(204);
  expect(out.headers.get("set-cookie")).toMatch(/^assay_session=;.*Expires=Thu, 01 Jan 1970/);
});

test("what only administrators may do is refused to others", async () => {
  expect(await member("GET", "/api/v1/projects")).toBe(200);
  expect(await member("POST", "/api/v1/projects", { name: "x", forge: "builtin" })).toBe(403);
  expect(await member("DELETE", "/api/v1/projects/digits")).toBe(403);
  expect(await member("POST", "/api/v1/engines/docker/pause")).toBe(403);
});

test("the token of a run reaches the fields of its own experiment and nothing else", async () => {
  for (const reference of [own.id, own.id.slice(0, 8), "digits%231", "digits/1"])
    expect((await as(RUN_TOKEN, fields(reference))).status).toBe(200);
  expect((await as(RUN_TOKEN, fields(own.id), "PATCH", { acc: 0.9 })).status).toBe(200);
  for (const reference of [other.id, "digits%232", "digits/2", "nothing", own.id.slice(0, 5)])
    expect((await as(RUN_TOKEN, fields(reference))).status).toBe(403);
  for (const { method, path } of guarded.filter(({ access }) => access !== "run"))
    expect((await as(RUN_TOKEN, concrete(path), method.toUpperCase())).status).toBe(403);
  expect((await as(RUN_TOKEN, "/api/v1/session", "POST", { token: RUN_TOKEN })).status).toBe(401);
});

test("the run routes by themselves serve runs, and know nothing else", async () => {
  const call = (path: string, token = RUN_TOKEN): Promise<Response> =>
    fetch(`${api.runUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });

  expect((await call(`/api/v1/experiments/${own.id}/fields`)).status).toBe(200);
  expect((await call(`/api/v1/experiments/${other.id}/fields`)).status).toBe(403);
  expect((await call("/api/v1/experiments")).status).toBeGreaterThanOrEqual(404);
  expect((await call(`/api/v1/experiments/${own.id}`, api.token)).status).toBeGreaterThanOrEqual(
    404,
  );
  expect((await call("/healthz", "")).status).toBe(401);
});

test("healthz, readyz, the description and the manifest's schema need no token", async () => {
  for (const path of [
    "/healthz",
    "/readyz",
    "/api/v1/openapi.json",
    "/schema/manifest.schema.json",
  ])
    expect((await fetch(`${api.url}${path}`)).status).toBe(200);
});

test("what lies below /git is left to git's own sign-in, its address as it came", async () => {
  const response = await fetch(`${api.url}/git/digits.git/info/refs?service=git-upload-pack`);

  expect(await response.text()).toBe("git /git/digits.git/info/refs?service=git-upload-pack");
});

test("an address with a NUL, or one that is no UTF-8, is a 400", async () => {
  for (const path of [
    "/api/v1/experiments/a%00b",
    "/api/v1/experiments/%ff",
    "/api/v1/projects/%00",
  ])
    expect((await api.call(path)).status).toBe(400);
  const named = await read(ExperimentAnswer, api.call(`/api/v1/experiments/${own.id}`));
  expect(named.id).toBe(own.id);
});

const member = async (method: string, path: string, body?: unknown): Promise<number> =>
  (await as(MEMBER_TOKEN, path, method, body)).status;

const fields = (reference: string): string => `/api/v1/experiments/${reference}/fields`;

async function signIn(): Promise<string> {
  const response = await as("", "/api/v1/session", "POST", { token: api.token });
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** fetch tidies addresses up; this sends them as they are. */
function rawStatus(path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

test("where the dashboard is not built, who opens the server's address is told where to go on", async () => {
  const response = await fetch(`${api.url}/`);

  expect(response.status).toBe(503);
  expect(await response.text()).toContain("/api/v1/openapi.json");
});
