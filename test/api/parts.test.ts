import { readFile } from "node:fs/promises";

import { expect, test } from "@jest/globals";

import { problemOf } from "../../src/api/errors.ts";
import { listPage } from "../../src/api/list-page.ts";
import { mergePatch } from "../../src/api/merge-patch.ts";
import { LIFETIME_SECONDS, SessionCookies } from "../../src/api/session-cookie.ts";
import { comparisonLink, sourceLink } from "../../src/api/source-link.ts";
import { openApi } from "../../src/contract/openapi.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { ConflictError, DatabaseUnavailableError, InvalidError } from "../../src/core/errors.ts";

test("an error that we meant is told in its own words, any other hides what it says", () => {
  const conflict = problemOf(new ConflictError("It is still active: cancel it first."));
  const unknown = problemOf(new Error("password=hunter2 at /srv/secret"));

  expect(conflict).toMatchObject({ status: 409, detail: "It is still active: cancel it first." });
  expect(unknown.status).toBe(500);
  expect(JSON.stringify(unknown)).not.toMatch(/hunter2|srv/);
  expect(unknown.detail).toContain(unknown.id);
});

test("an invalid request carries the located errors", () => {
  const errors = [{ path: "spec.comand", message: "is not known", suggestion: "command" }];

  expect(problemOf(new InvalidError("It is wrong.", errors))).toMatchObject({
    status: 422,
    errors,
  });
});

test.each([
  ["the error itself", new DatabaseUnavailableError("gone")],
  ["its cause", new Error("wrapped", { cause: new DatabaseUnavailableError("gone") })],
])("a database that is away is a 503, not a fault of ours: %s", (_, error) => {
  expect(problemOf(error).status).toBe(503);
});

test("a merge-patch follows RFC 7396", () => {
  const target = { a: "b", c: { d: "e", f: "g" }, list: [1, 2] };

  expect(mergePatch(target, { a: "z", c: { f: null }, list: [3], n: { x: null, y: 1 } })).toEqual({
    a: "z",
    c: { d: "e" },
    list: [3],
    n: { y: 1 },
  });
});

test("a field named __proto__ is a field", () => {
  const merged = mergePatch({}, JSON.parse('{ "__proto__": { "polluted": true } }'));

  expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true}}');
  expect(Object.keys(merged)).toEqual(["__proto__"]);
  expect({}).not.toHaveProperty("polluted");
});

test("a session cookie is good for its time, and only as we signed it", () => {
  const cookies = new SessionCookies(Buffer.alloc(32, 1));
  const others = new SessionCookies(Buffer.alloc(32, 2));
  const issued = cookies.issue("abc123", 0);
  const read = (value: string, now = 1): string | undefined =>
    cookies.read(`theme=dark; assay_session=${value}; x=y`, now);

  expect(read(issued)).toBe("abc123");
  expect(read(issued, LIFETIME_SECONDS * 1000 + 1)).toBeUndefined();
  expect(read(others.issue("abc123", 0))).toBeUndefined();
  for (let index = 0; index < issued.length; index += 1) {
    const changed = issued[index] === "x" ? "y" : "x";
    expect(read(issued.slice(0, index) + changed + issued.slice(index + 1))).toBeUndefined();
    expect(read(issued.slice(0, index))).toBeUndefined();
  }
});

test.each([
  ["github", "https://github.com/lab/digits.git", "https://github.com/lab/digits/tree/abc"],
  ["github", "git@github.com:lab/digits.git", "https://github.com/lab/digits/tree/abc"],
  ["gitlab", "ssh://git@git.lab:2222/a/b/c.git", "https://git.lab/a/b/c/-/tree/abc"],
  ["gitea", "http://git.lab:3000/a/b", "http://git.lab:3000/a/b/src/commit/abc"],
  ["bitbucket", "https://user:pass@bitbucket.org/a/b.git", "https://bitbucket.org/a/b/src/abc"],
  ["github", "javascript:alert(1)", undefined],
  ["builtin", undefined, undefined],
] as const)("the code of a %s repository at %s is at %s", (forge, repository, link) => {
  expect(sourceLink({ forge, repository }, "abc")).toBe(link);
});

test.each([
  ["github", "git@github.com:lab/digits.git", "https://github.com/lab/digits/compare/abc...def"],
  ["gitlab", "https://git.lab/a/b/c.git", "https://git.lab/a/b/c/-/compare/abc...def"],
  ["gitea", "http://git.lab:3000/a/b", "http://git.lab:3000/a/b/compare/abc...def"],
  ["bitbucket", "https://bitbucket.org/a/b", "https://bitbucket.org/a/b/branches/compare/def..abc"],
  ["builtin", undefined, undefined],
] as const)(
  "what lies between two commits of a %s repository has a page",
  (forge, repository, page) => {
    expect(comparisonLink({ forge, repository }, { from: "abc", to: "def" })).toBe(page);
  },
);

test("pages of a short list join without gap or repeat", () => {
  const all = ["a", "b", "c", "d", "e"];
  const first = listPage(all, (key) => key, { limit: 2 });
  const second = listPage(all, (key) => key, { limit: 3, cursor: first.nextCursor });

  expect([...first.items, ...second.items]).toEqual(all);
  expect(second.nextCursor).toBeUndefined();
});

test("the description names every route, and every reference in it leads somewhere", () => {
  const description = openApi({ url: "http://localhost:8080", version: "1" });
  const text = JSON.stringify(description);
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];

  expect(operations).toHaveLength(Object.keys(ROUTES).length);
  expect(references.length).toBeGreaterThan(50);
  for (const [, name] of references)
    expect(description.components.schemas).toHaveProperty(name ?? "");
});

test("the guide has a line to paste for every call", async () => {
  const guide = (await readFile("docs/api.md", "utf8"))
    .replaceAll("$objects", "/api/v1/projects/digits/buckets/input/objects")
    .replaceAll("digits%2312", "12")
    .replaceAll("digits/12", "12");

  for (const { path } of Object.values(ROUTES)) {
    const pattern = path
      .replaceAll(/\{\*\w+\}/g, String.raw`[\w./]+`)
      .replaceAll(/:\w+/g, String.raw`[$\w-]+`);
    expect(guide).toMatch(new RegExp(`(ASSAY_URL|POST |^assay-curl .*)"?${pattern}[\\s"?]`, "m"));
  }
});
