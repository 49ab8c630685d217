import { afterEach, beforeEach, expect, test } from "@jest/globals";

import {
  CreatedTokenAnswer,
  CreatedUserAnswer,
  TokenPage,
  UserPage,
} from "../../src/contract/access.ts";
import { SessionAnswer } from "../../src/contract/operations.ts";
import { Problem } from "../../src/contract/problem.ts";
import { type Api, read, startApi } from "./start-api.ts";

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.stop());

const as = (token: string, path: string, method = "GET", body?: unknown): Promise<Response> =>
  fetch(`${api.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const letIn = async (name: string, administrator = false): Promise<string> => {
  const answer = await api.send("POST", "/api/v1/users", { name, administrator });
  expect(answer.status).toBe(201);
  return (await read(CreatedUserAnswer, answer)).token;
};
const whoIs = (token: string): Promise<Response> => as(token, "/session");

test("a user who was let in signs in with the token, and may not let others in", async () => {
  const token = await letIn("bob");

  expect(await read(SessionAnswer, whoIs(token))).toEqual({
    user: "bob",
    administrator: false,
  });
  expect((await as(token, "/users", "POST", { name: "eve" })).status).toBe(403);
  expect((await as(token, "/users")).status).toBe(403);
  const { items } = await read(UserPage, api.call("/api/v1/users"));
  expect(items).toMatchObject([
    { name: "ada", administrator: true, createdBy: null },
    { name: "bob", administrator: false, createdBy: "ada" },
  ]);
});

test("a further administrator may do what the first may", async () => {
  const token = await letIn("carol", true);

  expect((await as(token, "/users", "POST", { name: "dan" })).status).toBe(201);
});

test("a name that is taken or cannot be one is refused in a sentence", async () => {
  await letIn("bob");

  const taken = await api.send("POST", "/api/v1/users", { name: "bob" });
  const bad = await api.send("POST", "/api/v1/users", { name: "a b" });

  expect(taken.status).toBe(409);
  expect((await read(Problem, taken)).detail).toBe("There is a user bob already.");
  expect(bad.status).toBe(422);
  expect((await read(Problem, bad)).detail).toMatch(/^A user's name has at most 64/);
});

test("a user who is removed is out at once, and so are the sessions of their tokens", async () => {
  const token = await letIn("bob");
  const signedIn = await fetch(`${api.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const cookie = signedIn.headers.getSetCookie().join("").split(";", 1)[0] ?? "";
  const inSession = (): Promise<Response> =>
    fetch(`${api.url}/api/v1/session`, { headers: { cookie } });
  expect((await inSession()).status).toBe(200);

  expect((await api.send("DELETE", "/api/v1/users/bob", undefined)).status).toBe(204);

  expect((await whoIs(token)).status).toBe(401);
  expect((await inSession()).status).toBe(401);
  expect((await api.send("DELETE", "/api/v1/users/bob", undefined)).status).toBe(404);
});

test("who holds the server's own token stays", async () => {
  const answer = await api.send("DELETE", "/api/v1/users/admin", undefined);

  expect(answer.status).toBe(409);
  expect((await read(Problem, answer)).detail).toContain("ASSAY_ADMIN_TOKEN");
});

test("a further token works, is told once, is listed with its use, and ends alone", async () => {
  const first = await letIn("bob");
  const made = await read(
    CreatedTokenAnswer,
    as(first, "/tokens", "POST", { name: "nightly", expiresIn: "90d" }),
  );
  expect((await whoIs(made.token)).status).toBe(200);

  const listed = await (await as(first, "/tokens")).text();
  expect(listed).not.toContain(made.token);
  const { items } = TokenPage.parse(JSON.parse(listed));
  expect(items).toMatchObject([
    { name: "nightly", user: "bob", lastUsedAt: expect.any(String) },
    { name: "the first one", expiresAt: null },
  ]);
  const days = (Date.parse(made.expiresAt ?? "") - Date.parse(made.createdAt)) / 86_400_000;
  expect(Math.round(days)).toBe(90);

  expect((await as(first, `/tokens/${made.id}`, "DELETE")).status).toBe(204);
  expect((await whoIs(made.token)).status).toBe(401);
  expect((await whoIs(first)).status).toBe(200);
});

test("a token that has expired signs nobody in", async () => {
  const token = await letIn("bob");
  const past = new Date(Date.now() - 1000);
  const { tokens } = api.ports.database;
  const hash = "0".repeat(64);
  await tokens.create({ hash, user: "bob", name: "old", expiresAt: past });

  expect(await tokens.find(hash)).toBeUndefined();
  expect((await whoIs(token)).status).toBe(200);
});

test("nobody ends another one's token, or learns that it is there", async () => {
  const bob = await letIn("bob");
  const eve = await letIn("eve");
  const { items } = await read(TokenPage, as(bob, "/tokens"));

  expect((await as(eve, `/tokens/${items[0]?.id}`, "DELETE")).status).toBe(404);
  expect((await as(eve, "/tokens/no-id", "DELETE")).status).toBe(404);
  expect((await whoIs(bob)).status).toBe(200);
});
