import { expect, test } from "@jest/globals";

import { loginFor, readRegistryLogins, registryOf } from "../../src/core/registry-login.ts";

const config = (auths: unknown): string => JSON.stringify({ auths, credsStore: "ignored" });

test("logins are read as Docker writes them, whichever way", () => {
  const text = config({
    "registry.example.org:5000": { username: "ada", password: "p4ss:wörd" },
    "https://index.docker.io/v1/": { auth: Buffer.from("bob:s3cret:é").toString("base64") },
  });

  expect(readRegistryLogins(text)).toEqual([
    { host: "registry.example.org:5000", username: "ada", password: "p4ss:wörd" },
    { host: "docker.io", username: "bob", password: "s3cret:é" },
  ]);
});

test.each([
  "",
  "p4ss",
  "[]",
  "null",
  config({}),
  config({ a: {} }),
  config({ a: { username: "ada" } }),
  config({ a: { auth: "p4ss is no base64" } }),
  config({ a: { auth: Buffer.from("without a colon").toString("base64") } }),
  config({ "": { username: "ada", password: "p4ss" } }),
])("%j is no logins, which is said without repeating it", (text) => {
  const fault = readRegistryLogins(text);

  expect(fault).toMatch(/^DOCKER_AUTH_CONFIG holds no registry logins: /);
  expect(fault).not.toContain("p4ss");
});

test("an image's registry is told by the first part of its name", () => {
  const logins = [
    { host: "docker.io", username: "a", password: "a" },
    { host: "localhost", username: "b", password: "b" },
    { host: "example.org:5000", username: "c", password: "c" },
  ];
  const names = [
    "python:3.12",
    "team/python",
    "docker.io/a",
    "localhost/a",
    "example.org:5000/a:1",
  ];

  expect(names.map((name) => loginFor(name, logins)?.username)).toEqual(["a", "a", "a", "b", "c"]);
  expect(registryOf("ghcr.io/team/a@sha256:00")).toBe("ghcr.io");
  expect(loginFor("ghcr.io/a", logins)).toBeUndefined();
});
