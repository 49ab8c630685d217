import { spawn } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { GitEnvironment } from "../git-environment.ts";

export interface BackendRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly environment: GitEnvironment;
  readonly maxBodyBytes: number;
  /** Asked when the client has gone: whether git may be stopped now. */
  readonly mayStop: () => boolean;
}

export interface BackendResult {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly clientGone: boolean;
}

/** Answers one request by `git http-backend`, a CGI program. Resolves when both git and the answer have ended. */
export async function runHttpBackend(backend: BackendRequest): Promise<BackendResult> {
  const { request, response, environment, mayStop } = backend;
  // A group of its own: Ctrl-C in the server's terminal does not cut a push, and its hooks end together with it.
  const child = spawn("git", ["http-backend"], { env: environment, cwd: "/", detached: true });
  const closed = once(child, "close");
  // It is awaited at the end; until then a failed start shows as an empty answer.
  closed.catch(() => {});
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      killGroup(child.pid);
  };
  let clientGone = false;
  const onClose = (): void => {
    clientGone = !response.writableFinished;
    if (clientGone && mayStop()) stop();
  };
  response.once("close", onClose);
  if (response.destroyed) onClose();

  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < 65_536) stderr += text;
  });
  const body = pipeline(request, atMost(backend.maxBodyBytes), child.stdin).catch(() => {
    // Too large, or the connection broke: git must not take what came for the whole. (Git that stopped reading is EPIPE.)
    if (!request.complete && mayStop()) stop();
  });
  await passOn(child.stdout, response);
  await closed;
  await body;
  if (response.headersSent) response.end();
  return { exitCode: child.exitCode, stderr, clientGone };
}

/** Headers until an empty line, then the body. Reads to the end also when nobody listens any more. */
async function passOn(output: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head === undefined) {
      await write(response, chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) continue;
    if (!response.headersSent) writeHead(response, head.toString("latin1", 0, end));
    await write(response, head.subarray(end + 4));
    head = undefined;
  }
}

function writeHead(response: ServerResponse, text: string): void {
  for (const line of text.split("\r\n")) {
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "status") response.statusCode = Number.parseInt(value, 10);
    else if (name !== "") response.setHeader(name, value);
  }
  response.flushHeaders();
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (response.destroyed || bytes.length === 0 || response.write(bytes)) return;
  const over = new AbortController();
  const events = ["drain", "close"].map((event) => once(response, event, over));
  await Promise.race(events).catch(() => {});
  over.abort();
  await Promise.allSettled(events);
}

function atMost(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) done(new Error(`The request has more than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It ended by itself in this moment.
  }
}
