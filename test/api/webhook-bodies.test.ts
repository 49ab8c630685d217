import { type IncomingMessage, request as httpRequest } from "node:http";

import { expect, test } from "@jest/globals";

import { HttpError } from "../../src/api/errors.ts";
import { listen } from "../../src/api/listen.ts";
import { WebhookBodies } from "../../src/api/webhook-bodies.ts";

test("T-6 bodies share a room: what is too much is sent away, and afterwards there is room again", async () => {
  const bodies = new WebhookBodies(1000);
  const used = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const server = await serve(async (request) =>
    bodies.read(request, async (body) => {
      if (body[0] === 0x68) {
        holding.resolve();
        await used.promise;
      }
    }),
  );

  const held = server.post(`h${"x".repeat(699)}`);
  await holding.promise;
  const whileHeld = [await server.post("x".repeat(400)), await server.post("x".repeat(200))];
  used.resolve();
  const afterwards = [await held, await server.post("x".repeat(900))];
  await server.close();

  expect(whileHeld).toEqual([503, 200]);
  expect(afterwards).toEqual([200, 200]);
});

test("T-6 connections that announce much and send nothing keep nobody out", async () => {
  const bodies = new WebhookBodies(1000);
  const server = await serve((request) => bodies.read(request, async () => undefined));
  const idle = Array.from({ length: 50 }, () => server.begin(20_000_000));
  await Promise.all(idle.map(({ connected }) => connected));

  expect(await server.post("x".repeat(900))).toBe(200);

  idle.forEach(({ destroy }) => destroy());
  await server.close();
});

async function serve(receive: (request: IncomingMessage) => Promise<void>) {
  const server = await listen(
    (request, response) => {
      const end = (status: number): void => void response.writeHead(status).end();
      receive(request).then(
        () => end(200),
        (error: unknown) => end(error instanceof HttpError ? error.status : 500),
      );
    },
    "127.0.0.1",
    0,
  );
  const url = `http://127.0.0.1:${server.port}`;
  return {
    close: () => server.close(),
    post: async (body: string) => (await fetch(url, { method: "POST", body })).status,
    begin(contentLength: number) {
      const sending = httpRequest(url, {
        method: "POST",
        headers: { "content-length": contentLength },
        agent: false,
      }).on("error", () => undefined);
      sending.flushHeaders();
      return {
        connected: new Promise<void>((resolve) => {
          sending.on("socket", (socket) => socket.once("connect", () => resolve()));
        }),
        destroy: () => void sending.destroy(),
      };
    },
  };
}
