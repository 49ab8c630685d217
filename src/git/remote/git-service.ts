import { spawn } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Duplex, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

import type { GitEnvironment } from "../git-environment.ts";
import type { RemoteRequest } from "./request.ts";

export interface ServiceRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: RemoteRequest;
  /** The repository's. */
  readonly directory: string;
  readonly environment: GitEnvironment;
  readonly maxBodyBytes: number;
  /** Is given the line on which the hooks of a push ask. */
  readonly onHooks: (line: Duplex) => void;
  /** Asked when the client has gone: whether git may be stopped now. */
  readonly mayStop: () => boolean;
}

export interface ServiceResult {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly clientGone: boolean;
}

/** The hooks' descriptor: git's children inherit it, so that nothing has to be found by a name. */
export const HOOK_DESCRIPTOR = 3;

/**
 * Answers one request by git's own service, one process instead of the three of `git http-backend`, which does nothing
 * beyond what stands here. Resolves when both git and the answer have ended.
 */
export async function runGitService(service: ServiceRequest): Promise<ServiceResult> {
  const { request, response, asked, environment, mayStop } = service;
  const child = spawn("git", commandOf(service), {
    env: environment,
    cwd: "/",
    // A group of its own: Ctrl-C in the server's terminal does not cut a push, and its hooks end together with it.
    detached: true,
    stdio: ["pipe", "pipe", "pipe", asked.action === "git-receive-pack" ? "pipe" : "ignore"],
  });
  const { stdin, stdout, stderr, stdio } = child;
  if (stdin === null || stdout === null || stderr === null)
    throw new Error("git was started without its streams.");
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

  const line = stdio[HOOK_DESCRIPTOR];
  if (line instanceof Duplex) service.onHooks(line);
  let complaint = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    if (complaint.length < 65_536) complaint += text;
  });
  const unpack = asked.isCompressed ? [createGunzip()] : [];
  const streams = [request, ...unpack, atMost(service.maxBodyBytes), stdin];
  const body = pipeline(streams).catch(() => {
    // Too large, or the connection broke: git must not take what came for the whole. (Git that stopped reading is EPIPE.)
    if (!request.complete && mayStop()) stop();
  });
  await passOn(stdout, response, asked);
  await closed;
  await body;
  if (child.exitCode === 0 && !response.headersSent) writeHead(response, asked);
  if (response.headersSent) response.end();
  return { exitCode: child.exitCode, stderr: complaint, clientGone };
}

function commandOf({ asked, directory }: ServiceRequest): readonly string[] {
  const advertises = asked.action === "info/refs" ? ["--advertise-refs"] : [];
  return [asked.service.replace(/^git-/, ""), "--stateless-rpc", ...advertises, directory];
}

/** Reads to the end also when nobody listens any more. */
async function passOn(
  output: AsyncIterable<Buffer>,
  response: ServerResponse,
  asked: RemoteRequest,
): Promise<void> {
  for await (const chunk of output) {
    if (!response.headersSent) writeHead(response, asked);
    await write(response, chunk);
  }
}

/** Once git has said something, or has ended well without a word; before that it may still be answered as an error. */
function writeHead(response: ServerResponse, { action, service, protocol }: RemoteRequest): void {
  const kind = action === "info/refs" ? "advertisement" : "result";
  response.writeHead(200, {
    "content-type": `application/x-${service}-${kind}`,
    "cache-control": "no-cache, max-age=0, must-revalidate",
    expires: "Fri, 01 Jan 1980 00:00:00 GMT",
    pragma: "no-cache",
  });
  // Version 2 of the protocol does without it.
  if (action === "info/refs" && !/(?:^|:)version=2(?::|$)/.test(protocol ?? ""))
    response.write(`${packetLine(`# service=${service}\n`)}0000`);
  else response.flushHeaders();
}

function packetLine(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
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
