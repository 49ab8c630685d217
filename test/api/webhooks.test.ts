import { connect, type Socket } from "node:net";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import {
  DeliveryAnswer,
  DeliveryPage,
  RefusedDeliveries,
  WebhookAnswer,
} from "../../src/contract/delivery.ts";
import { Problem } from "../../src/contract/problem.ts";
import { type Api, away, createTestProject, read, signed, startApi } from "./start-api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await createTestProject(api.ports.database);
  await createTestProject(api.ports.database, { slug: "letters", name: "Letters" });
});
afterAll(() => api.stop());

const post = (request: RequestInit, path = "/webhooks/digits"): Promise<Response> =>
  fetch(`${api.url}${path}`, request);

function push(
  message: string,
  after = "a".repeat(40),
  { before = "1".repeat(40), repositoryId = 7 } = {},
): string {
  return JSON.stringify({
    ref: "refs/heads/main",
    before,
    after,
    created: false,
    deleted: false,
    forced: false,
    repository: { id: repositoryId },
    pusher: { name: "ada" },
    head_commit: null,
    commits: [
      {
        id: after,
        message,
        timestamp: new Date().toISOString(),
        author: { name: "Ada", email: "ada@example.org" },
        distinct: true,
      },
    ],
  });
}

test("a signed push of a tagged commit starts an experiment and says so", async () => {
  const response = await post(signed(push("exp: lower the learning rate")));

  expect(response.status).toBe(202);
  const answer = await read(WebhookAnswer, response);
  expect(answer).toMatchObject({
    decision: "started",
    experiments: [{ number: 1, commit: "a".repeat(40), manifest: "manifest.yaml" }],
  });
  const experiment = await api.call(`/api/v1/experiments/${answer.experiments[0]?.id}`);
  expect(await experiment.json()).toMatchObject({ status: "Created", triggeredBy: "push" });
});

test("a push that starts nothing is a 202 with the reason, and the list shows it", async () => {
  const response = await post(
    signed(push("fix a typo", "b".repeat(40), { before: "a".repeat(40) })),
  );

  expect(response.status).toBe(202);
  const answer = await read(WebhookAnswer, response);
  expect(answer).toMatchObject({ decision: "nothing", experiments: [] });
  expect(answer.reason).toMatch(/exp:/);
  const list = await read(DeliveryPage, api.call("/api/v1/projects/digits/deliveries"));
  expect(list.items[0]).toMatchObject({ id: answer.deliveryId, reason: answer.reason });
  const one = api.call(`/api/v1/projects/digits/deliveries/${answer.deliveryId}`);
  expect(await read(DeliveryAnswer, one)).toEqual(list.items[0]);
});

test("a ping is a 200, and a repeated delivery gets the first answer", async () => {
  const ping = await post(
    signed(JSON.stringify({ zen: "x", repository: { id: 7 } }), { "x-github-event": "ping" }),
  );
  const request = signed(push("exp: once", "c".repeat(40)));
  const first = await (await post(request)).json();
  const second = await (await post(request)).json();

  expect(ping.status).toBe(200);
  expect(second).toEqual(first);
});

test.each([
  ["no signature", { "x-hub-signature-256": "" }],
  ["a truncated one", { "x-hub-signature-256": "sha256=abcdef" }],
  ["an empty digest", { "x-hub-signature-256": "sha256=" }],
  ["a wrong one", { "x-hub-signature-256": `sha256=${"0".repeat(64)}` }],
  ["an event of another name", { "x-hub-signature-256": "", "x-github-event": "__proto__" }],
])("T-1 T-5 T-7 a forged delivery (%s) is a 401 and writes nothing", async (_, headers) => {
  const counts = await api.rowCounts();
  const body = push("exp: forged", "d".repeat(40));

  const response = await post({
    ...signed(body),
    headers: { ...signed(body).headers, ...headers },
  });

  expect(response.status).toBe(401);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await api.rowCounts()).toEqual(counts);
});

test("T-4 upper case, a doubled header, SHA-1 and another secret's signature are refused", async () => {
  const good = signed(push("exp: x"));
  const signature = new Headers(good.headers).get("x-hub-signature-256") ?? "";
  const forged = [
    signature.toUpperCase(),
    `${signature}, ${signature}`,
    signature.replace("sha256=", "sha1="),
    `${signature}0`,
  ];

  for (const value of forged) {
    const headers = { ...good.headers, "x-hub-signature-256": value };
    expect((await post({ ...good, headers })).status).toBe(401);
  }
});

test("T-2 a delivery of another repository is a 403, however well it is signed", async () => {
  await post(signed(push("exp: first", "e".repeat(40), { repositoryId: 70 })), "/webhooks/letters");
  const counts = await api.rowCounts();

  const response = await post(
    signed(push("exp: theirs", "f".repeat(40), { repositoryId: 71 })),
    "/webhooks/letters",
  );

  expect(response.status).toBe(403);
  expect(await api.rowCounts()).toEqual(counts);
});

test("T-3 anything but POST is a 405 that says what to set, and no answer names other projects", async () => {
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const response = await post({ method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    const { detail } = await read(Problem, response);
    expect(detail).toContain("application/json");
    expect(detail).not.toContain("letters");
  }
  const nowhere = await post(signed("{}"), "/webhooks/nowhere");
  expect(nowhere.status).toBe(404);
  expect(await nowhere.text()).not.toMatch(/letters|digits/);
});

test("T-6 a form, a compressed body and none of a type are a 415 with words", async () => {
  const form = await post(
    signed("payload={}", { "content-type": "application/x-www-form-urlencoded" }),
  );
  const compressed = await post(signed("{}", { "content-encoding": "gzip" }));

  expect([form.status, compressed.status]).toEqual([415, 415]);
  expect((await read(Problem, form)).detail).toContain("content type to application/json");
});

test("T-6 a body beyond 25 MB is a 413, declared or not, and the server stays well", async () => {
  const declared = await raw(
    "POST /webhooks/digits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26000000\r\n\r\n",
  );
  const chunk = new Uint8Array(1_000_000).fill(0x20);
  let sent = 0;
  const streamed = await post({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new ReadableStream({
      pull(controller) {
        if (sent === 26) controller.close();
        else controller.enqueue(chunk);
        sent += 1;
      },
    }),
    duplex: "half",
  });

  expect(declared).toMatch(/^HTTP\/1.1 413 /);
  expect(streamed.status).toBe(413);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
});

test("the last refused deliveries of a project can be seen, and are few", async () => {
  const forged = { ...signed("{}"), headers: { "content-type": "application/json" } };
  await Promise.all(Array.from({ length: 30 }, () => post(forged, "/webhooks/letters")));

  const response = await api.call("/api/v1/projects/letters/deliveries/refused");

  const { items } = await read(RefusedDeliveries, response);
  expect(items).toHaveLength(20);
  expect(items[0]).toMatchObject({ status: 401, address: "127.0.0.1" });
});

test("while the database is away, a delivery is a 503 that asks to be sent again", async () => {
  const { database } = api.ports;
  const projects = Object.create(database.projects, { findBySlug: { value: away } });
  const lonely = await startApi({ database: { ...database, projects } });

  const response = await fetch(`${lonely.url}/webhooks/digits`, signed("{}"));
  await lonely.stop();

  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
});

/** Sends this, and answers what comes back first. */
async function raw(text: string): Promise<string> {
  const socket = await held(text);
  const received = await answer(socket);
  socket.destroy();
  return received;
}

function answer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("data", (data) => resolve(String(data)));
  });
}

async function held(text: string): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve) => {
    socket.write(text, () => resolve());
  });
  return socket;
}
