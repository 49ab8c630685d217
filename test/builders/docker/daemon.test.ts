import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { Daemon } from "../../../src/builders/docker/daemon.ts";
import { EngineUnreachableError } from "../../../src/core/errors.ts";

test("an Engine that hangs is asked once, nobody waits long for it, and its late answer counts", async () => {
  const socketPath = join(tmpdir(), `${randomUUID()}.sock`);
  const asked: ServerResponse[] = [];
  const hung = createServer((_, response) => void asked.push(response));
  hung.listen(socketPath);
  await once(hung, "listening");
  const daemon = new Daemon(new Dockerode({ socketPath }), 200);

  const first = await Promise.allSettled([daemon.id(), daemon.id(new AbortController().signal)]);
  const later = await Promise.allSettled([daemon.id()]);
  for (const answer of [...first, ...later])
    expect(answer).toMatchObject({ reason: { name: EngineUnreachableError.name } });
  expect(asked).toHaveLength(1);

  asked[0]?.setHeader("content-type", "application/json").end(JSON.stringify({ ID: "its own id" }));
  await expect(answerOf(daemon)).resolves.toBe("its own id");
  expect(asked).toHaveLength(1);

  hung.close();
  hung.closeAllConnections();
});

/** Whoever asks while an answer is on its way is still sent away. */
const answerOf = (daemon: Daemon): Promise<string> =>
  daemon.id().catch((error: unknown) => {
    if (error instanceof EngineUnreachableError) return answerOf(daemon);
    throw error;
  });
