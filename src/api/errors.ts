import { randomUUID } from "node:crypto";

import type { ErrorRequestHandler, Response } from "express";

import type { Problem } from "../contract/problem.ts";
import {
  BadRequestError,
  ConflictError,
  DatabaseUnavailableError,
  EngineUnreachableError,
  ForbiddenError,
  GoneError,
  InvalidError,
  NotFoundError,
  PreconditionFailedError,
  SourceUnavailableError,
  StaleExperimentError,
  StorageFullError,
  UnauthorizedError,
  UnsupportedError,
} from "../core/errors.ts";
import type { Ports } from "../core/ports.ts";
import { requestIdOf } from "./request-id.ts";

/** What only HTTP knows: a method, a media type, a size, a range, too much at once. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, headers: HttpError["headers"] = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const statuses = new Map<unknown, number>([
  [BadRequestError, 400],
  [UnauthorizedError, 401],
  [ForbiddenError, 403],
  [NotFoundError, 404],
  [ConflictError, 409],
  [StaleExperimentError, 409],
  [GoneError, 410],
  [PreconditionFailedError, 412],
  [InvalidError, 422],
  [UnsupportedError, 422],
  [SourceUnavailableError, 422],
  [EngineUnreachableError, 503],
  [StorageFullError, 507],
]);

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition failed",
  413: "Content too large",
  415: "Unsupported media type",
  416: "Range not satisfiable",
  422: "Unprocessable content",
  503: "Service unavailable",
  507: "Insufficient storage",
};

/** The one place where an error becomes a status. */
export function toProblem(ports: Pick<Ports, "log">): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    if (request.socket.destroyed) ports.log.debug({ error }, "client left before the answer");
    else if (problem.status === 500)
      ports.log.error(
        { error, id: problem.id, requestId: requestIdOf(response), method: request.method },
        "request failed",
      );
    // Too late for an answer: a broken connection tells the client that it has only a part.
    if (response.headersSent) response.destroy();
    else send(response, problem, error);
  };
}

export function problemOf(error: unknown): Problem {
  if (isDatabaseAway(error))
    return problem(
      503,
      "The database cannot be reached at the moment. Try again in a few seconds.",
    );
  const status = statusOf(error);
  if (status === undefined) {
    const id = randomUUID();
    return { ...problem(500, `Something went wrong here. The server's log has it as ${id}.`), id };
  }
  const { message } = error instanceof Error ? error : { message: "" };
  const detail = readerMessages[kindOf(error)] ?? message;
  const errors =
    error instanceof InvalidError && error.errors.length > 0 ? error.errors : undefined;
  return { ...problem(status, detail), ...(errors && { errors: [...errors] }) };
}

/** Or what caused it. */
function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  return error instanceof Error && error.cause !== undefined && isDatabaseAway(error.cause);
}

function problem(status: number, detail: string): Problem {
  return { type: "about:blank", title: titles[status] ?? "Error", status, detail };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpError) return error.status;
  if (!(error instanceof Error)) return undefined;
  const status = statuses.get(error.constructor);
  if (status !== undefined) return status;
  // Express and its body readers blame the request with a 4xx of their own.
  const claimed = "status" in error ? error.status : undefined;
  return typeof claimed === "number" && claimed >= 400 && claimed < 500 ? claimed : undefined;
}

/** Of the errors of Express and its body readers, whose own words are for programmers. */
const readerMessages: Readonly<Record<string, string>> = {
  "entity.parse.failed": "The body is not JSON that can be read.",
  "entity.too.large": "The body is too large.",
  "encoding.unsupported": "The body's Content-Encoding is not known here. Send it as it is.",
  "charset.unsupported": "The body's charset is not known here. Send UTF-8.",
  "request.aborted": "The body ended before it was complete.",
  Z_DATA_ERROR: "The body is not compressed as its Content-Encoding says.",
  Z_BUF_ERROR: "The body ended before it was complete.",
  URIError: "The address has a % that begins no UTF-8 character. Write % itself as %25.",
};

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("type" in error && typeof error.type === "string") return error.type;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

function send(response: Response, problem: Problem, error: unknown): void {
  if (problem.status === 401) response.set("WWW-Authenticate", "Bearer");
  if (problem.status === 503) response.set("Retry-After", "5");
  if (error instanceof HttpError) response.set(error.headers);
  response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}
