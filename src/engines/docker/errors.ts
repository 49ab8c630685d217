import { EngineUnreachableError } from "../../core/errors.ts";

// What was caught is asked for its fields, not for its class: errors of Node's own modules are of another realm's
// class where code runs in a vm, as the tests do.

/** The status that Docker answered with; undefined where it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return isObject(error) && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** Docker's own words, without what dockerode puts around them. */
export function messageOf(error: unknown): string {
  const answer = isObject(error) && "json" in error ? error.json : undefined;
  return textOf(answer) ?? textOf(error) ?? String(codeOf(error) ?? error);
}

/** What Docker answered stays as it is; no answer is EngineUnreachableError. */
export function toEngineError(error: unknown): unknown {
  if (!isNoAnswer(error)) return error;
  return new EngineUnreachableError(
    `Docker does not answer (${messageOf(error)}). Check that it runs and that this server may use its socket.`,
    { cause: error },
  );
}

const NO_ANSWER = new Set([
  "EACCES",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
]);

function isNoAnswer(error: unknown): boolean {
  if (statusOf(error) !== undefined) return false;
  return NO_ANSWER.has(String(codeOf(error)));
}

function textOf(value: unknown): string | undefined {
  if (!isObject(value) || !("message" in value) || typeof value.message !== "string")
    return undefined;
  return value.message.trim() || undefined;
}

function codeOf(error: unknown): unknown {
  return isObject(error) && "code" in error ? error.code : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
