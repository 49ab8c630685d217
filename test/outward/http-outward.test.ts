import { hostname } from "node:os";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { innerAddress } from "../../src/git/inner-address.ts";
import { HttpOutward, type OutwardOptions } from "../../src/outward/http-outward.ts";
import { ForgeServer } from "../support/forge-server.ts";

let server: ForgeServer;
beforeEach(async () => {
  server = await new ForgeServer().start();
});
afterEach(() => server.stop());

const outward = (changes: Partial<OutwardOptions> = {}): HttpOutward =>
  new HttpOutward({
    refuseAddress: innerAddress,
    allowLocal: false,
    most: 2,
    environment: {},
    timeoutSeconds: 1,
    ...changes,
  });

test("T-28 addresses of this server and its surroundings are refused, however they are written", async () => {
  const inner = [
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://localhost/",
    "https://a.localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.100.100.200/",
    "https://localhost./",
  ];

  for (const url of inner)
    expect(await outward().send({ method: "GET", url })).toEqual({
      kind: "forbidden",
      reason: expect.stringContaining("nothing is sent there"),
    });
});

test("T-28 where local addresses are allowed for trials, this machine's own are, and no others", () => {
  const local = outward({ allowLocal: true });

  expect(local.refuse("http://127.0.0.1:8080/")).toBeUndefined();
  expect(local.refuse("http://169.254.169.254/")).toMatch(/nothing is sent there/);
});

test("T-28 only https without a password in the address is taken", () => {
  expect(outward().refuse("http://git.example.org/")).toMatch(/https/);
  expect(outward().refuse("file:///etc/passwd")).toMatch(/https/);
  expect(outward().refuse("https://ada:secret@git.example.org/")).toMatch(
    /no user name or password/,
  );
  expect(outward().refuse("nonsense")).toMatch(/no address/);
  expect(outward().refuse("https://hooks.example.org/x?token=y")).toBeUndefined();
});

test("T-28 a name that leads to an inner address is found out when it is looked up", async () => {
  const { port } = new URL(server.url);
  const url = `https://${hostname()}:${port}/`;

  const answer = await outward({ refuseAddress: () => "an inner one" }).send({
    method: "GET",
    url,
  });

  expect(outward().refuse(url)).toBeUndefined();
  expect(answer).toEqual({
    kind: "forbidden",
    reason: `${hostname()} is this server itself or its surroundings: nothing is sent there.`,
  });
});

test("a redirect is an answer, and is not followed", async () => {
  server.mood = () => ({ status: 302, headers: { location: `${server.url}/elsewhere` } });

  const answer = await outward({ allowLocal: true }).send({
    method: "GET",
    url: `${server.url}/here`,
  });

  expect(answer).toMatchObject({ kind: "answered", status: 302 });
  expect(server.calls.map(({ path }) => path)).toEqual(["/here"]);
});

test("of a long answer the beginning is read", async () => {
  server.mood = () => ({ status: 200, body: { long: "x".repeat(10_000_000) } });

  const answer = await outward({ allowLocal: true }).send({ method: "GET", url: server.url });

  expect(answer).toMatchObject({ kind: "answered", status: 200 });
  expect(answer.kind === "answered" ? answer.text.length : 0).toBeLessThan(1_000_000);
});

test("what hangs takes a part of the places, and gives them back", async () => {
  server.mood = () => "silence";
  const local = outward({ allowLocal: true });
  const hanging = [1, 2].map(() => local.send({ method: "GET", url: server.url }));

  expect(local.hasRoom()).toBe(false);
  for (const answer of await Promise.all(hanging))
    expect(answer).toEqual({ kind: "silent", reason: "not within 1 s." });
  expect(local.hasRoom()).toBe(true);
});

test("what cannot be written as HTTP is not sent, and not repeated in words", async () => {
  const headers = { authorization: "token of\ntwo lines" };

  const answer = await outward({ allowLocal: true }).send({
    method: "GET",
    url: server.url,
    headers,
  });

  expect(answer).toEqual({ kind: "forbidden", reason: "The request cannot be written as HTTP." });
  expect(server.calls).toEqual([]);
});

test("who stops waits for no answer", async () => {
  server.mood = () => "silence";
  const stopping = new AbortController();
  const sent = outward({ allowLocal: true, timeoutSeconds: 60 }).send(
    { method: "GET", url: server.url },
    stopping.signal,
  );

  stopping.abort();

  expect(await sent).toMatchObject({ kind: "silent" });
});
